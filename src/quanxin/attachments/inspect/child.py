"""What the process that was made for one file does: it looks into it.

Invariant: it reads the file from the descriptor that it was given and knows neither Django nor the database; whatever
goes wrong in it ends it alone.
"""

from __future__ import annotations

import os

from quanxin.attachments.inspect import documents, magic, pdf, pictures
from quanxin.attachments.inspect.refusal import Refusal


def look(data: bytes) -> str:
    """The kind (content type) of a file that is whole and inert; ``Refusal`` otherwise."""
    found = magic.kind(data)
    if found == magic.ZIP:
        return documents.package(data)
    if found == magic.PDF:
        pdf.pdf(data)
    else:
        (pictures.jpeg if found == magic.JPEG else pictures.png)(data)
    return found


def answer(data: bytes) -> dict[str, object]:
    """``look`` as JSON: ``{"type"}`` or ``{"code", "particulars"}``."""
    try:
        return {"type": look(data)}
    except Refusal as refusal:
        return {"code": refusal.code, "particulars": refusal.particulars}
    except (MemoryError, RecursionError):
        return {"code": "attachment-too-complex", "particulars": {}}


def answer_about(descriptor: int) -> dict[str, object]:
    """``answer`` about an open file."""
    with os.fdopen(descriptor, "rb") as file:
        return answer(file.read())
