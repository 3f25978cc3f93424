"""The page about another city does what it says when it is copied: its pack is checked, played, filled and served."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from quanxin.policy import load
from tests.test_readme_tour import objects

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "operators" / "your-city.md"
BLOCK = re.compile(r'^```(?:yaml title="([^"]+)"|(sh))\n(.*?)^```', re.S | re.M)
SERVED = """
import django, sys
django.setup()
from django.test import Client
from quanxin.runtime.static import collect
collect()
anybody, code = Client(), sys.argv[1]
for address in ("/", "/about", "/lists/", "/lists/scenic-severe", f"/subject/{code}", "/catalogue", "/site.css"):
    answer = anybody.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    print(address, answer.getvalue().decode().replace("\\n", " "))
"""


def blocks() -> list[tuple[str, str]]:
    """The files and the commands of the page, in order; commands have no name."""
    return [(found[1] or "", found[3]) for found in BLOCK.finditer(PAGE.read_text(encoding="utf-8"))]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_pack_written_from_the_page_alone_is_filled_and_served(tmp_path: Path) -> None:
    folder, commands = tmp_path / "yangcheng", list[str]()
    for name, text in blocks():
        if not name:
            commands.append(text)
            continue
        path = folder / name
        commands.append(f"mkdir -p {path.parent}; cat > {path} <<'文件结束'\n{text}文件结束\n")
    script = "\n".join(
        ["set -euo pipefail", *commands, f'python -c "$SERVED" "$CODE" > {tmp_path}/pages', "quanxin stop"]
    )
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("QUANXIN_", "DJANGO_"))}
    ran = subprocess.run(
        [shutil.which("bash") or "sh", "-c", script],
        cwd=tmp_path,
        env=plain | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "SERVED": SERVED,
            "QUANXIN_DATA_DIR": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "quanxin.settings",
            "QUANXIN_ALLOWED_HOSTS": "testserver",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )  # fmt: skip
    assert ran.returncode == 0, (ran.stdout[-3000:], ran.stderr[-3000:])
    said = [one for one in objects(ran.stdout) if isinstance(one, dict)]
    checked, played = (
        next(one for one in said if "problems" in one and one.get("lists")),
        next(one for one in said if "failed" in one),
    )
    assert (checked["problems"], played["failed"]) == (0, [])
    assert [one["accepted"] for one in said if "accepted" in one] == [1, 1, 1, 1]
    assert "740" in ran.stdout
    assert "scenic-honours" in ran.stdout
    pages = (tmp_path / "pages").read_text(encoding="utf-8")
    assert "信用样城" in pages
    assert "样城青山旅游有限公司" in pages
    assert "限制参加旅游评先评优" in pages or "景区经营严重失信主体" in pages
    assert not re.search("济南|[Jj]inan", pages)
    pack = load(folder)
    assert pack.on(max(one.in_force.from_ for one in pack.models)).resources["water-fee"].providers == (
        "housing-construction",
    )
    assert json.dumps(pack.name) == '"yangcheng"'
