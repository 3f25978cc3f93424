"""The answers to dropped files, in a tree that mirrors the drop folder and that departments can only read.

Invariant: only the platform writes here; an answer is there whole or not at all, and is replaced by the next answer to a
file of the same name. The folder of a provider belongs to the group of its drop folder, so that nobody else reads it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from quanxin.intake import inbox
from quanxin.intake.drop_folder import RESULTS
from quanxin.runtime.beneath import Folder

RECEIPT, ANNOTATED, ERROR = ".receipt.json", ".receipt.xlsx", ".error.json"
_FOLDER, _FILE, _TOP = 0o2750, 0o640, 0o755


def root(base: Path) -> Path:
    """The root of the answers: ``results`` in the drop folder, unless a setting names another place."""
    return Path(settings.DROP_RESULTS_DIR) if settings.DROP_RESULTS_DIR else base / RESULTS


def put(base: Path, path: str, ending: str, content: IO[bytes] | Mapping[str, Any]) -> None:
    """Put an answer to the file of a path of the drop folder; JSON where it is given as a mapping."""
    if isinstance(content, Mapping):
        content = io.BytesIO(json.dumps(content, ensure_ascii=False, indent=2).encode())
    with _folder(base, path) as folder:
        folder.write(_name(path, ending), content, _FILE)


def clear(base: Path, path: str, *endings: str) -> None:
    """Remove answers to an earlier file of the same path."""
    with _folder(base, path) as folder:
        for ending in endings:
            folder.remove(_name(path, ending))


def _name(path: str, ending: str) -> str:
    return inbox.safe_name(path.rpartition("/")[2]) + ending


@contextmanager
def _folder(base: Path, path: str) -> Iterator[Folder]:
    """The folder of the answers to a file, made if need be, for the group of its provider's drop folder."""
    place, group = root(base), None
    names = path.split("/")[:-1]
    with ExitStack() as stack:
        if not place.is_dir():
            place.mkdir(mode=_TOP, parents=True)
            place.chmod(_TOP)
        if names:
            drop = stack.enter_context(Folder.root(base))
            with suppress(FileNotFoundError):  # the answer is kept though the provider's folder is gone
                group = drop.status(names[0]).st_gid
        folder = stack.enter_context(Folder.root(place))
        for name in names:
            folder = stack.enter_context(folder.make(name, _FOLDER, group))
        yield folder
