"""How much a file may hold once it is unpacked.

Invariant: no reader goes on beyond these bounds, whatever a file says about itself; the file is then refused in words.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from quanxin.intake.errors import IntakeError, amount


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most rows of a file, and the most bytes that it and its cells unpack to."""

    rows: int = 20_000_000
    unpacked: int = 8 << 30

    def expect_rows(self, count: int) -> None:
        """Raise ``IntakeError`` if these are more rows than a file may have."""
        if count > self.rows:
            raise IntakeError("file-too-many-rows", limit=f"{self.rows:,}")

    def expect_bytes(self, size: int) -> None:
        """Raise ``IntakeError`` if this is more than a file may unpack to."""
        if size > self.unpacked:
            raise IntakeError("file-too-large", size=amount(size), limit=amount(self.unpacked))


def too_large() -> IntakeError:
    """The error of a file that unpacks to more than it may."""
    limit = amount(bounds().unpacked)
    return IntakeError("file-too-large", size=limit, limit=limit)


_UNSET = Bounds()
_current: ContextVar[Bounds] = ContextVar("bounds", default=_UNSET)


def bounds() -> Bounds:
    """The bounds of the file that is being read."""
    return _current.get()


def bound(by: Bounds) -> None:
    """Read what follows in this context within these bounds."""
    _current.set(by)
