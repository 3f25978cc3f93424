"""The language of the page that is being made.

Invariant: what is not English is Chinese.
"""

from __future__ import annotations

from typing import Protocol

from django.utils.translation import get_language


class Said(Protocol):
    """Something that is said in both languages."""

    @property
    def zh(self) -> str: ...

    @property
    def en(self) -> str: ...


def english() -> bool:
    """Whether the page is in English."""
    return (get_language() or "").startswith("en")


def said(words: Said) -> str:
    """The words in the page's language."""
    return words.en if english() else words.zh
