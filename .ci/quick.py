"""Run the tests that a change touches, for as long as two minutes: ``make quick``.

Touched are, in this order, the tests that were changed, those of a changed module's own name, those that import a changed
module, themselves or through what tests share, and the others of its room; what two minutes do not hold is not run. Slow ones
and those of browsers and Spark are left to ``make test``, which stays the proof.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SECONDS = 100
LEFT_OUT = "not slow and not browser and not spark"


def changed() -> set[Path]:
    """What differs from the main branch, and what is not committed."""
    base = _git("merge-base", "HEAD", "main") or ["HEAD"]
    names = {*_git("diff", "--name-only", base[0]), *_git("ls-files", "--others", "--exclude-standard")}
    if not names:  # on a clean main: its last commit
        names = set(_git("diff", "--name-only", "HEAD~1"))
    return {Path(name) for name in names if Path(name).is_file()}


def _git(*words: str) -> list[str]:
    return subprocess.run(["git", *words], capture_output=True, text=True, check=False).stdout.split()


def module_of(path: Path) -> str:
    """The dotted name of a module of ours or of the tests."""
    parts = path.with_suffix("").parts
    return ".".join(parts[1:] if parts[0] == "src" else parts).removesuffix(".__init__")


@cache
def imported(path: Path) -> frozenset[str]:
    """The modules, and the names in them, that a test imports."""
    return frozenset(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


@cache
def reached(path: Path) -> frozenset[str]:
    """What a test imports, itself or through modules of the tests."""
    found, waiting = set[str](), [path]
    while waiting:
        for name in imported(waiting.pop()) - found:
            found.add(name)
            helper = Path(*name.split(".")).with_suffix(".py")
            if name.startswith("tests.") and helper.is_file():
                waiting.append(helper)
    return frozenset(found)


def touched(files: set[Path]) -> list[Path]:
    """The tests that a change touches, changed ones first."""
    modules = {module_of(p) for p in files if p.suffix == ".py" and p.parts[0] in ("src", "tests")}
    own = {
        (p.parts[2], p.stem)
        for p in files
        if p.suffix == ".py" and p.parts[:2] == ("src", "quanxin") and len(p.parts) > 3
    }
    rooms = {p.parts[2] for p in files if p.parts[:2] == ("src", "quanxin") and len(p.parts) > 3}
    found: dict[Path, int] = {}
    for test in sorted(Path("tests").rglob("test_*.py")):
        if test in files:
            found[test] = 0
        elif any(test.parts[1] == room and test.stem.startswith(f"test_{name}") for room, name in own):
            found[test] = 1
        elif not modules.isdisjoint(imported(test)):
            found[test] = 2
        elif not modules.isdisjoint(reached(test)):
            found[test] = 3
        elif test.parts[1] in rooms:
            found[test] = 4
    if any(p.parts[0] == "packs" for p in files):
        found |= dict.fromkeys(Path("tests/policy").rglob("test_*.py"), 1)
    return sorted(found, key=lambda test: (found[test], test))


def main() -> int:
    """The status of the tests; 0 where a change touches none."""
    tests = touched(changed())
    sys.stderr.write(f"{len(tests)} files of tests are touched; {SECONDS} s for them\n")
    if not tests:
        return 0
    said = ["-n", "2", "-m", LEFT_OUT, f"--session-timeout={SECONDS}", *map(str, tests), *sys.argv[1:]]
    status = subprocess.run([sys.executable, "-m", "pytest", *said], check=False).returncode
    return 0 if status == 5 else status  # all of them are slow


if __name__ == "__main__":
    raise SystemExit(main())
