"""Where the sample city lies: its name, its number, and the words that the pack gives for what is named there.

Invariant: nothing of one city stands in the sample's own modules; what names the place comes from the pack through here.
"""

from __future__ import annotations

from dataclasses import dataclass

from quanxin.policy.site import Sample
from quanxin.runtime.pack import current_pack


@dataclass(frozen=True, slots=True)
class Place:
    """The city of the pack that is loaded."""

    city: str
    region: str
    words: Sample

    @property
    def short(self) -> str:
        """The city as names of firms begin with it."""
        return self.city.removesuffix("市")

    def of(self, division: str) -> str:
        """A division with its city before it, once."""
        return self.city + division.removeprefix(self.city).removeprefix(self.short)


def here() -> Place:
    """The place of the pack that is loaded."""
    pack = current_pack()
    return Place(pack.site.place.zh, pack.region, pack.sample)
