"""The boxes of a form for one row: one for each field of the resource, with what it wants and what was found in it.

Invariant: a box holds the department's own text; what it suggests (a code set's titles, a calendar) never keeps the
clerk from writing what the checks would read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quanxin.intake.forms import Explained, explain
from quanxin.policy import Rules
from quanxin.policy.model import FieldDef, FieldType, Resource, Text

LONG = 60  # characters from which a cell is shown in a box of several lines
_DIGITS = (FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY_WAN, FieldType.MONEY_YUAN, FieldType.YEAR)


@dataclass(frozen=True, slots=True)
class Cell:
    """A box: its field, its text, what was found in it, and what helps to fill it in."""

    field: FieldDef
    text: str
    said: tuple[str, ...]
    long: bool
    required: bool
    hints: tuple[Text, ...]
    options: tuple[str, ...]
    digits: bool
    calendar: bool


def cells(
    resource: Resource, rules: Rules, texts: Mapping[str, str], said: Mapping[str, Sequence[str]], *, new: bool
) -> list[Cell]:
    """The boxes of a resource with ``texts`` in them; a ``new`` row is helped with calendars and required marks."""
    return [
        _cell(one, texts.get(one.field.key) or "", said.get(one.field.key, ()), new) for one in explain(resource, rules)
    ]


def _cell(one: Explained, text: str, said: Sequence[str], new: bool) -> Cell:
    field = one.field
    single = one.codes is not None and field.type is not FieldType.CODES
    iso = not text or (len(text) == 10 and text[4] == text[7] == "-")  # what a calendar can hold
    return Cell(
        field=field,
        text=text,
        said=tuple(said),
        long=len(text) > LONG or (field.max_length or 0) > 500,
        required=new and field.required is True,
        hints=(*one.limits, *(one.rules if new else ())),
        options=tuple(code.title.zh for code in one.codes.codes)
        if single and one.codes
        else ("是", "否")
        if field.type is FieldType.BOOLEAN
        else (),
        digits=field.type in _DIGITS,
        calendar=new and field.type is FieldType.DATE and not field.long_term and iso,
    )
