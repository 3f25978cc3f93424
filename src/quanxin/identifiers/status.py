"""What a check says about an identifier.

Invariant: a verdict is one of three and never a bare truth value, and whatever is not plainly valid carries the code
of the error taxonomy that says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Valid under the rule in force; really issued under an earlier rule; or neither."""

    VALID = "valid"
    GRANDFATHERED = "grandfathered"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Status:
    """A verdict, the taxonomy code that explains it (None when valid), and the codes of notes and warnings."""

    state: State
    code: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the identifier may be kept: valid, or issued under an earlier rule."""
        return self.state is not State.INVALID

    @property
    def text(self) -> str:
        """``valid`` or the taxonomy code: what the SQL form of the same check returns."""
        return self.code or State.VALID.value


VALID = Status(State.VALID)


def invalid(code: str) -> Status:
    """The verdict that refuses, with its reason."""
    return Status(State.INVALID, code)
