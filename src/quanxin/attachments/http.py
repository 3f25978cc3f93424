"""Attachments over HTTP: forms that bring them, answers that carry them, refusals in words.

Invariant: an answer that carries a file is saved and never shown by the browser, runs nothing, and is kept by no cache;
a form that brings files is bounded before it is read and still checked against forgery.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from quanxin.attachments import upload_handler
from quanxin.attachments.download import Opened
from quanxin.attachments.errors import AttachmentError
from quanxin.runtime.language import in_words

View = Callable[..., HttpResponseBase]
Refused = Callable[[HttpRequest, AttachmentError], HttpResponseBase]


def respond(opened: Opened) -> FileResponse:
    """The answer that carries a file which ``download.download`` opened: always to be saved, under its own name."""
    found = opened.attachment
    answer = FileResponse(opened.file, as_attachment=True, filename=found.name, content_type=found.content_type)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Content-Length"] = str(found.size)
    return answer


def refused(request: HttpRequest, error: AttachmentError) -> HttpResponse:  # noqa: ARG001  views are given it too
    """A refusal as a page of plain text, with its status."""
    return HttpResponse(in_words(error) + "\n", status=error.status, content_type="text/plain; charset=utf-8")


def chosen(request: HttpRequest, field: str = "file") -> list[UploadedFile[Any]]:
    """The files that a form brought under a name; ``AttachmentError`` if there is none."""
    if not (files := request.FILES.getlist(field)):
        raise AttachmentError("attachment-none")
    return files


def receiving(*, files: int = 1, refusal: Refused = refused) -> Callable[[View], View]:
    """Decorate a view whose form brings at most ``files`` files.

    The form is read here, bounded, before the view is called; what is too much is answered by ``refusal`` with 413.
    Django would read the form for its forgery check before a view could bound it, so that check is made here, after.
    Put it beneath the decorator that asks who is signed in, so that nobody else is read from.
    """

    def decorate(view: View) -> View:
        protected = csrf_protect(view)

        @wraps(view)
        def bounded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method == "POST":
                try:
                    upload_handler.receive(request, files)
                except AttachmentError as error:
                    answer = refusal(request, error)
                    answer.status_code = error.status
                    return answer
            return protected(request, *args, **kwargs)

        bounded.reads_its_form = True  # type: ignore[attr-defined]
        return csrf_exempt(bounded)

    return decorate
