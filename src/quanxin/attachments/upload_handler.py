"""Files on their way in: bounded before they are read and while they are read.

Invariant: no request puts more on disk or into memory than ``files`` files of the largest size allowed and the fields
of a form, whatever it says of itself; what it sent goes with the request, also when the process is killed.
"""

from __future__ import annotations

import tempfile
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from quanxin.attachments import storage
from quanxin.attachments.errors import AttachmentError, amount, translated

_FORM = 1 << 20  # for the fields of the form and what stands around the files
_DRAIN = 64 << 20  # so much is read and thrown away so that a browser hears the answer; no more


class BoundedUpload(FileUploadHandler):
    """Keeps each file of a form in a nameless file on disk, and stops the moment there are too many or too much."""

    def __init__(self, request: HttpRequest, files: int) -> None:
        super().__init__(request)
        self.refusal: AttachmentError | None = None
        self._files, self._left = files, 0
        self._out: IO[bytes] | None = None
        self._done = list[IO[bytes]]()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        if not self._files:
            self._refuse(AttachmentError("attachment-too-many", limit=settings.ATTACHMENTS_PER_CASE))
        self._files, self._left = self._files - 1, most_mb() << 20
        with translated(storage.root()):
            self._out = tempfile.TemporaryFile(dir=storage.incoming())  # noqa: SIM115  closed with the request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002
        """A piece of it; Django's parser gives it in pieces of at most 64 KB."""
        assert self._out is not None  # noqa: S101  a file began
        self._left -= len(raw_data)
        if self._left < 0:
            self._refuse(AttachmentError("attachment-too-large", limit=most_mb()))
        with translated(storage.root()):
            self._out.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        """The file, to be read from its beginning."""
        assert self._out is not None  # noqa: S101  a file began
        with translated(storage.root()):
            self._out.flush()
        self._out.seek(0)
        out, self._out = self._out, None
        self._done.append(out)
        return UploadedFile(file=out, name=self.file_name, content_type=self.content_type, size=file_size)

    def upload_interrupted(self) -> None:
        """The request ended in the middle of a file, or is refused: nothing of it is kept."""
        for out in (*self._done, *([self._out] if self._out else ())):
            out.close()
        self._out = None

    def _refuse(self, refusal: AttachmentError) -> None:
        self.refusal = refusal
        self.upload_interrupted()
        raise StopUpload(connection_reset=True)


def receive(request: HttpRequest, files: int) -> None:
    """Read the form of a request; ``AttachmentError`` when it has more than ``files`` files, or too much, ``BadRequest``
    for a NUL in its fields.

    What the request says it holds is looked at before anything is read. A refused request counts as read: nobody
    reads it again, unbounded.
    """
    handler = BoundedUpload(request, files)
    try:
        length = _length(request)
        most = files * (most_mb() << 20) + _FORM
        if length > most:
            _drain(request, length)
            raise AttachmentError("attachment-request-too-large", size=amount(length), limit=amount(most))
        _parse(request, handler)
        if handler.refusal is not None:
            _drain(request, length)
            raise handler.refusal
    except AttachmentError:
        handler.upload_interrupted()
        request._mark_post_parse_error()  # type: ignore[attr-defined]  # Django has no public way to say so
        raise
    if any("\0" in text for texts in request.POST.lists() for text in (texts[0], *map(str, texts[1]))):
        handler.upload_interrupted()
        raise BadRequest("a NUL in the form")


def _parse(request: HttpRequest, handler: BoundedUpload) -> None:
    request.upload_handlers = [handler]
    try:
        request.POST  # noqa: B018  reading it is what parses the body
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent) as error:
        limit = amount(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        raise AttachmentError("attachment-request-too-large", size=amount(_length(request)), limit=limit) from error
    except (MultiPartParserError, UnreadablePostError, OSError) as error:
        raise AttachmentError("attachment-upload-broken") from error


def most_mb() -> int:
    """The largest size that a file of any kind may have, in megabytes."""
    limits: dict[str, int] = settings.ATTACHMENT_MB
    return max(limits.values())


def _length(request: HttpRequest) -> int:
    if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
        raise AttachmentError("attachment-length-unknown")
    try:
        return max(0, int(request.META.get("CONTENT_LENGTH") or 0))
    except ValueError:
        raise AttachmentError("attachment-upload-broken") from None


def _drain(request: HttpRequest, length: int) -> None:
    """Read the rest of a request that is a little too large: a browser that is cut off shows no words."""
    if length > _DRAIN:
        return
    try:
        while request.read(storage.CHUNK):
            pass
    except (UnreadablePostError, OSError):
        return
