"""Fixtures of the intake tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.intake.example import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A connection and a folder of its own."""
    made = Bench(tmp_path)
    yield made
    made.con.close()
