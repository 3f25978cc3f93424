"""The public log as it is served: head, tiles, entries and keys, for whoever follows it (C2SP tlog-tiles).

Invariant: what is served never changes but the heads, and holds no personal data; anybody may read it, and nobody is asked who.
What is taken in is a witness's cosignature, which proves itself.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from quanxin.ledger import log_reading, witnessing
from quanxin.proofs import notes
from quanxin.proofs.tiles import read_path

FOREVER = "public, max-age=31536000, immutable"


@require_safe
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """The latest head."""
    found = log_reading.head()
    if found is None:
        raise Http404
    return _sent(found.note.encode(), "text/plain; charset=utf-8", "public, max-age=2")


@require_safe
def witnessed(_request: HttpRequest) -> HttpResponse:
    """The latest head that a witness cosigned."""
    found = log_reading.witnessed()
    if found is None:
        raise Http404
    return _sent(found.note.encode(), "text/plain; charset=utf-8", "public, max-age=2")


@csrf_exempt
@require_POST
def cosign(request: HttpRequest) -> HttpResponse:
    """Take in the cosignatures beneath a head, of the witnesses that the platform names: by these alone one is let in."""
    try:
        witnessing.take(request.read(notes.MOST + 1))
    except notes.NoteError as error:
        return HttpResponse(f"{error}\n", status=422, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


@require_safe
def keys(_request: HttpRequest) -> HttpResponse:
    """The public keys, one a line, the present one last; behind a former one stands when it ended."""
    return _sent(
        "".join(f"{key}\n" for key in log_reading.told_keys()).encode(), "text/plain; charset=utf-8", "no-cache"
    )


@require_safe
def tile(_request: HttpRequest, name: str) -> HttpResponse:
    """A tile, or entries."""
    asked = read_path(name)
    if asked is None:
        raise Http404
    level, number, width = asked
    found = log_reading.bundle(number, width) if level is None else log_reading.tile(level, number, width)
    if found is None:
        raise Http404
    return _sent(found, "application/octet-stream", FOREVER)


def _sent(content: bytes, kind: str, kept: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Cache-Control"] = kept
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


PAGES = [
    path("log/checkpoint", checkpoint, name="log-checkpoint"),
    path("log/witnessed", witnessed, name="log-witnessed"),
    path("log/cosign", cosign, name="log-cosign"),
    path("log/keys", keys, name="log-keys"),
    path("log/tile/<path:name>", tile, name="log-tile"),
]
