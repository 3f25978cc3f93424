"""Reading packs from YAML.

Invariant: a pack is read strictly or not at all: an unknown file, key or value, an object given twice, an empty file is
an error that names file and line.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

import quanxin
from quanxin.calendar import load as load_calendar
from quanxin.policy import amendments, model
from quanxin.policy.kinds import BY_KEY, BY_PLACE, KINDS, Kind
from quanxin.policy.pack import Pack

try:
    from yaml import CSafeLoader as _Loader  # the same by libyaml, and much faster
except ImportError:
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

Loader = _Loader
M = TypeVar("M", bound=BaseModel)

CALENDAR = "calendar.yaml"  # holidays and their overrides, read by ``quanxin.calendar``
MARK = "mark.svg"  # the emblem of the site

HEAD = "pack.yaml"
AMENDMENTS = "amendments"


class PackError(Exception):
    """A pack cannot be read; ``problems`` says where and why, a line each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class _Strict(_Loader):
    """YAML whose mappings know their line and refuse a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if not isinstance(name, Hashable):
                raise yaml.MarkedYAMLError(problem=f"“{name}” is no key", problem_mark=key.start_mark)
            if name in seen:
                raise yaml.MarkedYAMLError(problem=f"“{name}” stands twice", problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


def places() -> tuple[Path, ...]:
    """Where packs are looked for by name: beside the source checkout, and inside an installed wheel."""
    home = Path(quanxin.__file__).resolve().parent
    return home.parents[1] / "packs", home / "_packs"


def find_pack(name_or_path: str | Path, *, beside: Path | None = None) -> Path:
    """The folder of a pack, by path or name (looked for in the folder ``beside`` first); ``PackError`` if none is."""
    given = Path(name_or_path)
    named = len(given.parts) == 1 and not given.is_absolute()
    candidates: list[Path] = [(beside or Path()) / given]
    if named:
        candidates += [place / given for place in places()]
    for candidate in candidates:
        if (candidate / HEAD).is_file():
            return candidate.resolve()
    raise PackError([f"{name_or_path}: no {HEAD} here (looked in {', '.join(str(c) for c in candidates)})"])


def load(name_or_path: str | Path) -> Pack:
    """Read a pack and those it extends; raises ``PackError`` naming file and line of everything that is wrong.

    A pack is read once: what changes on disk afterwards is seen by the next process.
    """
    return _load(find_pack(name_or_path), ())


@cache
def _load(folder: Path, children: tuple[Path, ...]) -> Pack:
    if folder in children:
        names = " → ".join(path.name for path in (*children, folder))
        raise PackError([f"{folder / HEAD}:1: extends: {names} extends itself"])
    problems: list[str] = []
    heads = [head for _, head in objects(folder / HEAD, model.Head, problems)]
    if problems or len(heads) != 1:
        raise PackError(problems or [f"{folder / HEAD}:1: one object is expected"])
    extends = heads[0].extends
    base = _load(find_pack(extends, beside=folder.parent), (*children, folder)) if extends else None
    found = _read_all(folder, problems)
    problems += amendments.problems(found[AMENDMENTS], _keys(base), {k: {o.key for _, o in found[k]} for k in BY_KEY})
    if problems:
        raise PackError(problems)
    calendar, mark = folder / CALENDAR, folder / MARK
    return _join(
        heads[0], base, found,
        calendar if calendar.is_file() else base.calendar_file if base else None,
        mark if mark.is_file() else base.mark if base else None,
    )  # fmt: skip


def _keys(base: Pack | None) -> dict[str, set[str]]:
    """The keys of what the pack that one extends has, of the kinds that are told apart by them."""
    return {name: {getattr(one, "key", one) for one in base.parts[name]} if base else set() for name in BY_KEY}


def _read_all(folder: Path, problems: list[str]) -> dict[str, list[tuple[str, Any]]]:
    """The objects of a pack's own files with where they stand, by the name of their kind."""
    found: dict[str, list[tuple[str, Any]]] = {kind.name: [] for kind in KINDS}
    first: dict[tuple[Any, ...], str] = {}
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder).parts
        if path.is_dir() or place in ((HEAD,), (MARK,)):
            continue
        if place == (CALENDAR,):
            problems += _calendar_problems(path)
            continue
        kind = BY_PLACE.get(f"{place[0]}/" if len(place) == 2 else "/".join(place))
        if kind is None or path.suffix != ".yaml":
            problems.append(f"{path}:1: a pack has no such file")
            continue
        for line, made in objects(path, kind.part, problems):
            here = f"{path}:{line}"
            identity = kind.identity(made, here)
            if (there := first.setdefault((kind.name, *identity), here)) != here:
                problems.append(f"{here}: {identity[0]} was given already, in {there}")
            found[kind.name].append((here, made))
    return found


def _calendar_problems(path: Path) -> list[str]:
    try:
        load_calendar(path)
    except (ValueError, yaml.YAMLError) as error:
        return [f"{path}:1: {error}"]
    return []


def _yaml(path: Path, problems: list[str]) -> tuple[yaml.Node | None, Any]:
    """What a file says, and the tree that knows the lines; (None, None) for one that is empty or cannot be read."""
    before = len(problems)
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        loader = _Strict(text)
        try:
            if (node := loader.get_single_node()) is not None:
                return node, loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        line = min(line, len(text.splitlines()))  # what ends too early is told of on its last line
        problems.append(f"{path}:{line}: {error.problem}")
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problems.append(f"{path}:1: {error}")
    if len(problems) == before:
        problems.append(f"{path}:1: is empty")
    return None, None


def objects(path: Path, kind: type[M], problems: list[str]) -> list[tuple[int, M]]:
    """The objects of a file, each with the line on which it begins; what cannot be read goes to ``problems``."""
    tree, data = _yaml(path, problems)
    if tree is None:
        return []
    made: list[tuple[int, M]] = []
    for number, item in enumerate(data if isinstance(data, list) else [data]):
        prefix: tuple[Any, ...] = (number,) if isinstance(data, list) else ()
        try:
            made.append((_line(tree, prefix), kind.model_validate(item)))
        except ValidationError as error:
            for one in error.errors():
                where = ".".join(str(part) for part in one["loc"])
                problems.append(f"{path}:{_line(tree, prefix + one['loc'])}: {where or kind.__name__}: {one['msg']}")
    return made


def _line(node: yaml.Node, trail: tuple[Any, ...]) -> int:
    """The line on which the innermost part of ``trail`` that exists stands."""
    line = node.start_mark.line + 1
    for part in trail:
        if isinstance(node, yaml.MappingNode):
            pairs = [(k, v) for k, v in node.value if k.value == str(part)]
            if not pairs:
                break
            line, node = pairs[0][0].start_mark.line + 1, pairs[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def _join(
    head: model.Head,
    base: Pack | None,
    found: Mapping[str, list[tuple[str, Any]]],
    calendar: Path | None,
    mark: Path | None,
) -> Pack:
    """The pack's own objects over those of its base: a child adds, amends, and replaces what its kind tells apart."""
    wrong: list[str] = []
    parts = {}
    for kind in KINDS:
        placed = [one for one in found[AMENDMENTS] if one[1].to == kind.name]
        inherited = _amended(kind, base.parts[kind.name], placed, wrong) if base else None
        parts[kind.name] = kind.joined(inherited, [made for _, made in found[kind.name]])
    if wrong:
        raise PackError(wrong)
    if into := {key: one.into for _, one in found[AMENDMENTS] if one.into for key in one.keys}:
        parts = {kind.name: kind.over(parts[kind.name], lambda part: amendments.merged(part, into)) for kind in KINDS}
    region = head.region if head.region is not None else base.region if base else ""
    divisions = head.divisions if head.divisions is not None else base.divisions if base else None
    return Pack(head.name, head.title, region, divisions, calendar, mark, MappingProxyType(parts))


def _amended(kind: Kind[Any], value: Any, placed: list[amendments.Placed], wrong: list[str]) -> Any:
    """What a pack inherits of a kind, after its amendments."""
    if not placed:
        return value
    gone = {key for _, one in placed if one.remove for key in one.keys}
    return kind.over(value, lambda part: None if part.key in gone else amendments.amended(part, placed, wrong))
