"""Ask the advisory services about what we depend on, Python and JavaScript.

Invariant: a known vulnerability fails the check; a service that cannot be asked does not, but is never reported as
"nothing found": the words say that nothing was audited.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ASSETS = ROOT / "src/quanxin/web/assets"


def of_python(report: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Vulnerabilities, and packages that were not audited, from a report of pip-audit."""
    found = [
        f"{package['name']} {package['version']}: {flaw['id']}, fixed in {', '.join(flaw['fix_versions']) or '-'}"
        for package in report["dependencies"]
        for flaw in package.get("vulns", [])
    ]
    return found, [package["name"] for package in report["dependencies"] if "skip_reason" in package]


def of_javascript(report: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Vulnerabilities, and what was not audited, from a report of npm audit."""
    if "vulnerabilities" not in report:
        return [], [str(report.get("message", "no report"))]
    return [f"{name}: {flaw['severity']} ({flaw['range']})" for name, flaw in report["vulnerabilities"].items()], []


def ask(command: list[str], cwd: Path) -> dict[str, Any] | None:
    """Run ``command`` and read the JSON it prints; None when it prints none."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError:
        return None
    return report


def verdict(found: list[str], unasked: list[str]) -> list[str]:
    """What to tell people: each vulnerability, what was not audited, or that all is well."""
    lines = list(found)
    if unasked:
        lines.append("未能查询漏洞库，未审计，不等于没有漏洞 / the advisory service was not reached: NOT audited")
        lines.append(f"{len(unasked)}: {', '.join(unasked)[:200]}")
    return lines or ["未发现已知漏洞 / no known vulnerabilities"]


def main() -> int:
    """Audit both; 1 when there is a known vulnerability, else 0."""
    tools = Path(sys.executable).parent
    pip_audit = [str(tools / "pip-audit"), "--skip-editable", "--progress-spinner=off", "--format=json"]
    npm = shutil.which("npm") or str(tools / "npm")
    failed = False
    for title, command, cwd, read in (
        ("Python", pip_audit, ROOT, of_python),
        ("JavaScript", [npm, "audit", "--json"], ASSETS, of_javascript),
    ):
        report = ask(command, cwd)
        found, unasked = read(report) if report else ([], ["no report"])
        failed |= bool(found)
        for line in verdict(found, unasked):
            sys.stdout.write(f"{title}: {line}\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
