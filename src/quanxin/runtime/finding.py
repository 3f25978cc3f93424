"""A finding of ``quanxin doctor``.

Invariant: a finding that asks for attention says in both languages what to do about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

Words = tuple[str, str]  # Chinese, English


class State(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    ATTENTION = "attention"  # works, but know about it
    PROBLEM = "problem"  # will not work until it is mended


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was found and, unless all is well, what to do next."""

    check: str
    state: State
    words: Words
    advice: Words | None = None

    def __post_init__(self) -> None:
        if self.state is not State.OK and self.advice is None:
            raise ValueError(f"{self.check}: a finding that asks for attention must say what to do")

    def as_json(self) -> dict[str, str]:
        """The finding as a flat object of texts."""
        line = {"check": self.check, "state": self.state.value, "zh": self.words[0], "en": self.words[1]}
        return line if self.advice is None else line | {"do_zh": self.advice[0], "do_en": self.advice[1]}


Check = Callable[[], Iterable[Finding]]


def ok(check: str, zh: str, en: str) -> Finding:
    """All is well."""
    return Finding(check, State.OK, (zh, en))


def attention(check: str, words: Words, advice: Words) -> Finding:
    """It works, but someone should know."""
    return Finding(check, State.ATTENTION, words, advice)


def problem(check: str, words: Words, advice: Words) -> Finding:
    """It does not work."""
    return Finding(check, State.PROBLEM, words, advice)
