"""The shape of a sentence about a hand-in as a whole."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentence of a code in both languages and what to do about it, as ``str.format`` templates."""

    zh: str
    en: str
    hint: str
