"""A workshop takes what the settings allow, or what its work needs where that is less."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from quanxin.runtime.duckdb_scratch import size_of, workshop


@pytest.mark.parametrize(("text", "size"), [
    ("2GB", 2_000_000_000), ("512 MiB", 512 << 20), ("1.5gb", 1_500_000_000), ("100", 100), ("1T", 10**12), ("80%", None),
    ("much", None),
])  # fmt: skip
def test_sizes_are_read_as_the_engine_reads_them(text: str, size: int | None) -> None:
    assert size_of(text) == size


@pytest.mark.parametrize(
    ("allowed", "asked", "taken"),
    [
        ("1GiB", None, 1 << 30),
        ("1GiB", 256 << 20, 256 << 20),
        ("256MiB", 1 << 30, 256 << 20),
    ],
)
def test_the_lesser_of_what_is_allowed_and_what_is_asked_for_is_taken(
    settings: Settings, allowed: str, asked: int | None, taken: int
) -> None:
    settings.ENGINE_MEMORY = allowed
    with workshop(memory=asked) as (con, _):
        told = con.execute("SELECT current_setting('memory_limit')").fetchone()
    assert told is not None
    assert size_of(told[0]) == taken
