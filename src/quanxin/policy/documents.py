"""Documents that are issued: how they are numbered, and how long they may be relied on.

Invariant: as in ``policy.model``: strict, frozen, dated and justified. A number cannot be guessed from another.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from quanxin.policy.model import Part, Rule


class NumberFormat(Part):
    """The number of a document: the moment in the city's time (``yyyyMMddHHmmssSSS`` or ``yyyyMMdd``), then ``random``
    figures and capital letters."""

    stamp: Literal["yyyyMMddHHmmssSSS", "yyyyMMdd"]
    random: Annotated[int, Field(ge=5, le=12)]


class DocumentKind(Rule):
    """A kind of documents. ``valid_days`` is how many days after that of its issue one may be relied on; None is no end."""

    number: NumberFormat
    valid_days: Annotated[int, Field(ge=0, le=3660)] | None = None
