"""What a pack adds to a rule of the packs that it extends: articles of its own law, and measures that a breach grounds.

Invariant: an addition takes nothing away and changes no word that anybody signs or is told; a rule that says otherwise is
given whole, as another version of it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, model_validator

from quanxin.policy.commitments import BreachEffect
from quanxin.policy.model import Basis, Key, Part

P = TypeVar("P", bound=Part)


class Addition(Part):
    """Articles that the rules of the ``keys`` rest on besides, ``to`` being their kind; of commitments also
    ``breach_effects``. It holds for every version of them."""

    to: Literal["commitments", "procedures", "resources", "code_sets", "notices", "clocks", "excluded_matters"]
    keys: Annotated[tuple[Key, ...], Field(min_length=1)]
    basis: tuple[Basis, ...] = ()
    breach_effects: tuple[BreachEffect, ...] = ()

    @model_validator(mode="after")
    def _something(self) -> Addition:
        if not self.basis and not self.breach_effects:
            raise ValueError("adds nothing")
        if self.breach_effects and self.to != "commitments":
            raise ValueError("effects of a breach are of commitments")
        return self

    def over(self, part: P) -> P:
        """A part with what is added to it; another's as it is."""
        if getattr(part, "key", None) not in self.keys:
            return part
        grown: dict[str, Any] = {"basis": (*getattr(part, "basis"), *self.basis)}  # noqa: B009  parts of several kinds
        if self.breach_effects:
            grown["breach_effects"] = (*getattr(part, "breach_effects"), *self.breach_effects)  # noqa: B009
        return part.model_copy(update=grown)
