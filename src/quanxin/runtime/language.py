"""The language of the page that is being made, and words in it.

Invariant: what is not English is Chinese.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Protocol

from django.conf import settings
from django.utils.translation import get_language


class Said(Protocol):
    """Something that is said in both languages, such as ``policy.model.Text``."""

    @property
    def zh(self) -> str: ...

    @property
    def en(self) -> str: ...


class Refusal(Said, Protocol):
    """Something that is refused, and what to do next, such as ``runtime.problems.Problem``."""

    @property
    def hint(self) -> str: ...

    @property
    def hint_en(self) -> str: ...


def english() -> bool:
    """Whether the page is in English."""
    return (get_language() or "").startswith("en")


def language() -> Literal["zh", "en"]:
    """The language of the page."""
    return "en" if english() else "zh"


def code_of(chosen: str) -> str:
    """The code by which Django knows a language that somebody chose, ``zh`` or ``en``."""
    return "en" if chosen == "en" else settings.LANGUAGE_CODE


def said(words: Said) -> str:
    """The words in the page's language."""
    return words.en if english() else words.zh


def listed(words: Iterable[str]) -> str:
    """Several words, one after another, in the reader's language."""
    return (", " if english() else "、").join(words)


def in_words(problem: Refusal) -> str:
    """What is wrong and what to do next, in the page's language."""
    return f"{problem.en} {problem.hint_en}".strip() if english() else problem.zh + problem.hint
