"""What a pack changes of single rules that it inherits, without giving them again.

Invariant: an amendment speaks of what a parent has and the pack itself does not give whole; no two say the same thing of
one rule. Articles and effects of a breach are added to what is there; whatever is ``set`` is read as strictly as a file is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import Field, StringConstraints, ValidationError, model_validator

from quanxin.policy.commitments import BreachEffect
from quanxin.policy.model import Basis, Key, Part

P = TypeVar("P", bound=Part)
Placed = tuple[str, "Amendment"]  # file and line, and what stands there
OF_PROVIDERS = "providers"
# The items of parts that name a provider, alone or among others.
NAMING_PROVIDERS = frozenset(
    {"provider", "providers", "authority", "enforcers", "department", "departments", "prevails"}
)


class Amendment(Part):
    """What is changed of the inherited rules of the ``keys``, ``to`` being their kind, in every version of them.

    ``basis``: articles that they rest on besides; of commitments also ``breach_effects``. ``set``: items that say something
    else here; ``add``: what items that are lists hold besides. An item within a part is named by the way to it, parts by their
    keys: ``covers.severe.months``. ``remove``: the pack has them no more; of a provider that was merged, ``into`` is the one
    that everything names instead.
    """

    to: Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]
    keys: Annotated[tuple[Key, ...], Field(min_length=1)]
    basis: tuple[Basis, ...] = ()
    breach_effects: tuple[BreachEffect, ...] = ()
    set: dict[str, Any] = {}
    add: dict[str, list[Any]] = {}
    remove: bool = False
    into: Key | None = None

    @model_validator(mode="after")
    def _something(self) -> Amendment:
        changes = self.basis or self.breach_effects or self.set or self.add
        if not (changes or self.remove):
            raise ValueError("changes nothing")
        if self.remove and changes:
            raise ValueError("what is removed is not changed besides")
        if self.breach_effects and self.to != "commitments":
            raise ValueError("effects of a breach are of commitments")
        if self.into and (self.to != OF_PROVIDERS or not self.remove):
            raise ValueError("only a provider that is removed is merged into another")
        if fixed := self.set.keys() & {"key", "in_force"}:
            raise ValueError(f"{sorted(fixed)[0]} tells the rule apart and is not set")
        return self

    def over(self, part: P) -> P:
        """A part with what is changed of it; another's as it is.

        Raises ``ValidationError`` for what cannot be read so, and ``ValueError`` for a way that leads nowhere.
        """
        if getattr(part, "key", None) not in self.keys:
            return part
        if self.set or self.add:
            told = plain(part)
            for way, value in self.set.items():
                holder, item = _reached(told, way)
                holder[item] = value
            for way, values in self.add.items():
                holder, item = _reached(told, way)
                if not isinstance(there := holder.get(item, ()), list | tuple):
                    raise ValueError(f"{way} is no list to which something can be added")
                holder[item] = [*there, *values]
            part = part.__class__.model_validate(told)
        grown: dict[str, Any] = {}
        if self.basis:
            grown["basis"] = (*getattr(part, "basis"), *self.basis)  # noqa: B009  parts of several kinds
        if self.breach_effects:
            grown["breach_effects"] = (*getattr(part, "breach_effects"), *self.breach_effects)  # noqa: B009
        return part.model_copy(update=grown)


def _reached(told: dict[str, Any], way: str) -> tuple[dict[str, Any], str]:
    """What holds the item that a way leads to, and the item's name; the way's own copy of what it passes through."""
    *steps, item = way.split(".")
    at: Any = told
    for step in steps:
        if isinstance(at, dict):
            found = at.get(step)
        else:
            found = next((one for one in at if isinstance(one, dict) and one.get("key") == step), None)
        if not isinstance(found, dict | list | tuple):
            raise ValueError(f"{way} leads nowhere: there is no {step}")
        at = found
    if not isinstance(at, dict):
        raise ValueError(f"{way} leads nowhere: {item} is a part among others")
    return at, item


def plain(part: Part) -> dict[str, Any]:
    """What a part says, as its file could."""
    return part.model_dump(by_alias=True, exclude_unset=True)


def problems(placed: Iterable[Placed], inherited: Mapping[str, set[str]], own: Mapping[str, set[str]]) -> Iterator[str]:
    """What is wrong with amendments, a line each; ``inherited`` and ``own`` are the keys that the parents have and that the
    pack itself gives whole, by kind."""
    said = Counter[tuple[str, str, str]]()
    for here, one in placed:
        if one.to not in inherited:
            yield f"{here}: to: a pack has no {one.to} that are told apart by keys"
            continue
        for key in one.keys:
            if key not in inherited[one.to]:
                yield f"{here}: keys: no pack that this one extends has {one.to} {key}"
            elif key in own[one.to]:
                yield f"{here}: keys: {key} is given whole in this pack: change it there"
            said.update((one.to, key, item) for item in (*one.set, *(["remove"] if one.remove else [])))
        if one.into and one.into not in (inherited[one.to] | own[one.to]) - set(one.keys):
            yield f"{here}: into: there is no provider {one.into}"
        twice = sorted(
            f"{key}, {item}" for (to, key, item), n in said.items() if n > 1 and to == one.to and key in one.keys
        )
        if twice:
            yield f"{here}: is said by two amendments: {twice[0]}"


def amended(part: P, placed: Iterable[Placed], wrong: list[str]) -> P:
    """A part after amendments; what cannot be read goes to ``wrong``, with file and line."""
    for here, one in placed:
        try:
            part = one.over(part)
        except ValidationError as error:
            for found in error.errors():
                where = ".".join(str(step) for step in found["loc"])
                wrong.append(f"{here}: set.{where}: {found['msg']}")
        except ValueError as error:
            wrong.append(f"{here}: {error}")
    return part


def merged(part: P, into: Mapping[str, str]) -> P:
    """A part that names providers, with each that was merged named as the one that took its place."""
    told = plain(part)
    changed = _renamed(told, into)
    return part if changed == told else part.__class__.model_validate(changed)


def _renamed(value: Any, into: Mapping[str, str], *, naming: bool = False) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(one, into, naming=key in NAMING_PROVIDERS) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return (
            tuple(dict.fromkeys(_renamed(one, into, naming=naming) for one in value))
            if naming
            else tuple(_renamed(one, into) for one in value)
        )
    return into.get(value, value) if naming and isinstance(value, str) else value
