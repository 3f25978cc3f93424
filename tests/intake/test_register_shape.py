"""Rows of the shape of public registers: what is valid goes in as it was written, what nobody can tell is held."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import registers

from quanxin.accounts import operator
from quanxin.intake.pipeline import intake

ROWS, DIRT = 2_500, 8


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [7, 8])
def test_each_row_of_a_register_comes_to_what_is_right_for_it(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "register.csv"
    expected = registers.write(path, registers.rows(ROWS, seed, DIRT))
    assert min(expected[verdict] for verdict in (registers.READ, registers.HELD, registers.REPEATED)) > 5
    made = intake(path, resource="enterprise-registration", provider="market-regulation", actor=operator())
    assert list(registers.wrong(made.batch, registers.rows(ROWS, seed, DIRT))) == []
