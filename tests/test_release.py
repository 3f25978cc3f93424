"""What others install and run: the packages, the units, the samples of how it is put to work."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

import quanxin
from quanxin.cli.main import app
from quanxin.runtime.variables import VARIABLES

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.*"))
UV = ROOT / ".bootstrap/bin/uv"


def test_the_version_stands_in_one_place() -> None:
    said = CliRunner().invoke(app, ["--version"])
    assert (said.exit_code, said.stdout.strip()) == (0, quanxin.__version__)
    pinned = re.findall(rf"\b{re.escape(quanxin.__version__)}\b", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert pinned == []


@pytest.mark.slow
def test_a_wheel_runs_without_its_sources(tmp_path: Path) -> None:
    if not UV.exists():
        pytest.skip("uv is not here: the tests were not begun by make")
    subprocess.run([str(UV), "build", "--quiet", "--wheel", "--out-dir", str(tmp_path)], cwd=ROOT, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert f"-{quanxin.__version__}-" in wheel.name
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        packed.extractall(tmp_path / "installed")
    for needed in (
        r"_packs/national/pack\.yaml", r"static/vendor/bootstrap\.min\.css", r"locale/en/LC_MESSAGES/django\.mo",
        r"fonts/NotoSansSC-Regular\.ttf", r"templates/web/503\.html", r"\.typ$",
    ):  # fmt: skip
        assert any(re.search(needed, name) for name in names), needed
    env = {key: value for key, value in os.environ.items() if not key.startswith("QUANXIN_")}
    env |= {"QUANXIN_DATA_DIR": str(tmp_path / "data"), "HOME": str(tmp_path)}

    def run(*words: str) -> str:
        code = f"import sys; sys.path.insert(0, {str(tmp_path / 'installed')!r}); from quanxin.cli.main import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code, *words], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("--version").strip() == quanxin.__version__
    assert json.loads(run("pack", "check", "jinan"))["pack"] == "jinan"


def test_units_are_what_systemd_takes(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd on this machine")
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/quanxin/bin/quanxin", sys.executable)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    for unit in UNITS:
        if unit.suffix in (".service", ".timer"):
            verify = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(tmp_path / unit.name)]
            done = subprocess.run(verify, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr.strip()) == (0, ""), unit.name


def test_samples_name_settings_and_commands_that_there_are() -> None:
    commands = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    for file in [path for path in DEPLOY.rglob("*") if path.is_file()]:
        text = file.read_text(encoding="utf-8")
        unknown = set(re.findall(r"\bQUANXIN_[A-Z_]+", text)) - set(VARIABLES)
        assert unknown == set(), file.name
        for word in re.findall(r"/bin/quanxin (\w+)", text):
            assert word in commands, f"{file.name}: {word}"


def test_the_container_and_its_neighbours_agree() -> None:
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    site = composed["services"]["site"]
    assert (DEPLOY / site["build"]["context"] / site["build"]["dockerfile"]).resolve() == DEPLOY / "Containerfile"
    assert set(composed["services"]) >= set(site["depends_on"])
    for service in composed["services"].values():
        used = {volume.partition(":")[0] for volume in service.get("volumes", ())}
        assert used <= set(composed["volumes"])
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER quanxin$", text, re.M), "it would run as root"
    assert json.loads(re.search(r"^CMD (\[.*\])$", text, re.M)[1])[0] == "serve"  # type: ignore[index]
    assert "requirements.txt" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_proxies_hand_on_what_the_site_reads_and_keep_figures_inside() -> None:
    for name in ("nginx/quanxin.conf", "caddy/Caddyfile"):
        text = (DEPLOY / name).read_text(encoding="utf-8")
        assert text.count("{") == text.count("}"), name
        for said in ("X-Forwarded-For", "X-Request-ID", "/metrics"):
            assert said in text, name


def test_downloads_take_the_certificates_of_the_system(tmp_path: Path) -> None:
    bundle = tmp_path / "proxy.pem"
    bundle.write_text("", encoding="utf-8")
    probe = tmp_path / "probe.mk"
    probe.write_text("include Makefile\nprobe:\n\t@env\n", encoding="utf-8")
    plain = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("UV_", "PIP_", "NODE_", "MAKE", "MFLAGS"))
    }
    run = ["make", "-s", "-f", str(probe), "probe"]
    done = subprocess.run(
        run, cwd=ROOT, env=plain | {"SSL_CERT_FILE": str(bundle)}, capture_output=True, text=True, check=True
    )
    told = dict(line.partition("=")[::2] for line in done.stdout.splitlines())
    assert (told["UV_SYSTEM_CERTS"], told["PIP_CERT"], told["NODE_EXTRA_CA_CERTS"]) == ("1", str(bundle), str(bundle))
    own = plain | {"PIP_CERT": "/own.pem", "UV_SYSTEM_CERTS": "0"}
    told = dict(
        line.partition("=")[::2]
        for line in subprocess.run(
            run, cwd=ROOT, env=own, capture_output=True, text=True, check=True
        ).stdout.splitlines()
    )
    assert (told["UV_SYSTEM_CERTS"], told["PIP_CERT"]) == ("0", "/own.pem")
    if UV.exists():
        helped = subprocess.run([str(UV), "help", "sync"], capture_output=True, text=True, check=True).stdout
        assert "UV_SYSTEM_CERTS" in helped, "this uv knows the variable by another name"
