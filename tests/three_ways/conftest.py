"""The sample city that the tests of this directory stand on; each file adds to it what its own question needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from quanxin.accounts import operator
from quanxin.demo.run import run
from tests.once import ground


def _build(folder: Path) -> dict[str, Any]:
    return run(subjects=150, seed=5, folder=folder, actor=operator())


sample_city = ground(_build)
