"""The process that looks into one file: ``python -I -m quanxin.rights.attachments.inspecting.child``.

Invariant: it reads the file from standard input and says one line of JSON; it has bounded memory and time, may write
no file, and whatever goes wrong in it ends it alone.
"""

from __future__ import annotations

import json
import resource
import sys

from quanxin.rights.attachments.inspecting import heads
from quanxin.rights.attachments.inspecting.refusal import Refusal

MEMORY = 768 << 20
SECONDS = 20


def look(data: bytes) -> str:
    """The kind (content type) of a file that is whole and inert; ``Refusal`` otherwise."""
    found = heads.kind(data)
    if found == heads.ZIP:
        from quanxin.rights.attachments.inspecting import documents

        return documents.package(data)
    if found == heads.PDF:
        from quanxin.rights.attachments.inspecting import pdf

        pdf.pdf(data)
    else:
        from quanxin.rights.attachments.inspecting import pictures

        (pictures.jpeg if found == heads.JPEG else pictures.png)(data)
    return found


def answer(data: bytes) -> dict[str, object]:
    """``look`` as JSON: ``{"type"}`` or ``{"code", "particulars"}``."""
    try:
        return {"type": look(data)}
    except Refusal as refusal:
        return {"code": refusal.code, "particulars": refusal.particulars}
    except (MemoryError, RecursionError):
        return {"code": "attachment-too-complex", "particulars": {}}


def main() -> None:
    """Bound this process, read, look, answer."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    print(json.dumps(answer(sys.stdin.buffer.read())), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
