"""Where in the files of a pack a part stands that a lint speaks of.

Invariant: what is told is a file and a line of it that exist; where nothing is found, nothing is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from quanxin.policy import model
from quanxin.policy.kinds import BY_NAME
from quanxin.policy.loader import HEAD, Loader, find_pack, objects


def locate(name_or_path: str | Path, where: str) -> str | None:
    """Where in a pack, or those it extends, a part stands that a lint speaks of: file and line; None if unknown.

    ``where`` is the kind of rule, its key, and perhaps the key of a part of it, as
    ``models/public/indicators/penalties/bins/2``.
    """
    kind, *keys = where.split("/")
    folder: Path | None = find_pack(name_or_path)
    while folder:
        for path in sorted([*folder.glob("*/*.yaml"), *folder.glob("*.yaml")]):
            if not keys or _holds(path.relative_to(folder).parts[0], kind):
                tree = yaml.compose(path.read_text(encoding="utf-8"), Loader=Loader)
                if tree is not None and keys and (line := _line_of(tree, keys)):
                    return f"{path}:{line}"
        extends = next((head.extends for _, head in objects(folder / HEAD, model.Head, [])), None)
        folder = find_pack(extends, beside=folder.parent) if extends else None
    return None


def _holds(place: str, kind: str) -> bool:
    stem = BY_NAME[kind].stem if kind in BY_NAME else kind
    return place.removesuffix(".yaml") == stem


def _line_of(tree: yaml.Node, keys: list[str]) -> int | None:
    """The line of the object with the first key, or of the innermost part of it that the rest leads to."""
    found: tuple[int, yaml.Node] | None
    if (top := next(_keyed(tree, keys[0]), None)) is None:
        return None
    line: int = top.start_mark.line + 1
    within: yaml.Node = top
    for step in keys[1:]:
        if (found := _step(within, step)) is None:
            break
        line, within = found
    return line


def _step(node: yaml.Node, step: str) -> tuple[int, yaml.Node] | None:
    """The part of a node with that key, or that stands under that name or number; parts may be deep."""
    if part := next((part for part in _keyed(node, step) if part is not node), None):
        return part.start_mark.line + 1, part
    if isinstance(node, yaml.MappingNode):
        return next(((n.start_mark.line + 1, value) for n, value in node.value if n.value == step), None)
    if isinstance(node, yaml.SequenceNode) and step.isdigit() and int(step) < len(node.value):
        return node.value[int(step)].start_mark.line + 1, node.value[int(step)]
    return None


def _keyed(node: yaml.Node, key: str) -> Iterator[yaml.MappingNode]:
    """The mappings within a node whose ``key`` (a case has a ``title``) is that, from the outside in."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _keyed(item, key)
    elif isinstance(node, yaml.MappingNode):
        if any(name.value in ("key", "title") and value.value == key for name, value in node.value):
            yield node
        for _, value in node.value:
            yield from _keyed(value, key)
