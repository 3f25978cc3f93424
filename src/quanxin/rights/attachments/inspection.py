"""Having a file looked into, in a process of its own.

Invariant: whatever the file does to that process, the answer is its kind or an ``AttachmentError``, and soon; no more
than ``AT_ONCE`` such processes run beside a process of the site, whoever uploads how much.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

from quanxin.rights.attachments.errors import AttachmentError
from quanxin.rights.attachments.inspecting import child

_COMMAND = (sys.executable, "-I", "-m", "quanxin.rights.attachments.inspecting.child")
_PATIENCE = 2 * child.SECONDS  # its time is of the processor; a busy machine takes longer

AT_ONCE = 2
_turns = threading.BoundedSemaphore(AT_ONCE)


def content_type(path: Path) -> str:
    """The content type of a file, by what it holds; ``AttachmentError`` if it is not taken."""
    with path.open("rb") as file:
        if not _turns.acquire(timeout=_PATIENCE):
            raise AttachmentError("attachment-busy")
        try:
            done = subprocess.run(
                _COMMAND, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, timeout=_PATIENCE,
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise AttachmentError("attachment-too-complex") from error
        finally:
            _turns.release()
    try:
        said = json.loads(done.stdout)
    except ValueError as error:  # it was ended: out of time or of memory
        raise AttachmentError("attachment-too-complex") from error
    if "type" in said:
        return str(said["type"])
    raise AttachmentError(said["code"], **said["particulars"])
