"""A registered city of three companies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.city import register


@pytest.fixture
def city(db: None, tmp_path: Path) -> Path:
    """The folder of a city whose companies are registered."""
    register(tmp_path)
    return tmp_path
