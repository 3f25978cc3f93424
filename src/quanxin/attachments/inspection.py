"""Having a file looked into, in a process of its own.

Invariant: whatever the file does to that process, the answer is its kind or an ``AttachmentError``, and soon; no more
than ``AT_ONCE`` such processes run beside a process of the site, whoever uploads how much.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from quanxin.attachments.errors import AttachmentError
from quanxin.runtime import confined

AT_ONCE = 2
_CHILD = "quanxin.attachments.inspect.child"
LIMITS = confined.Limits(memory=768 << 20, seconds=20, written=0, processes=0)
_PATIENCE = LIMITS.patience  # seconds to wait for a turn
_turns = threading.BoundedSemaphore(AT_ONCE)
_helper = confined.Helper(_CHILD)
_log = logging.getLogger(__name__)


def content_type(path: Path) -> str:
    """The content type of a file, by what it holds; ``AttachmentError`` if it is not taken."""
    with path.open("rb") as file:
        if not _turns.acquire(timeout=_PATIENCE):
            raise AttachmentError("attachment-busy")
        try:
            said = _helper.run(f"{_CHILD}:answer_about", (), LIMITS, files=[file.fileno()])
        except confined.Ended as end:
            _log.warning("the process that looked into an attachment was ended (%s)", end.reason)
            raise AttachmentError("attachment-too-complex") from end
        except confined.Failed as failure:
            _log.error("looking into an attachment failed: %s", failure)
            raise AttachmentError("attachment-too-complex") from failure
        finally:
            _turns.release()
    if "type" in said:
        return str(said["type"])
    raise AttachmentError(said["code"], **said["particulars"])
