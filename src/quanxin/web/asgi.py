"""What the web server runs: ``quanxin.web.asgi:application``, the door in front of the site.

Invariant: as that of ``web.wsgi``, which it is built on; every request comes through the door.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest

from quanxin.web import limits
from quanxin.web.door import Door
from quanxin.web.wsgi import application as site


def largest(environ: dict[str, Any]) -> int:
    """How many bytes a request may bring, before anything of its body is read."""
    request = WSGIRequest({**environ, "wsgi.input": BytesIO()})
    return limits.for_request(request)


_folder = settings.DATA_DIR / "inbox"
_folder.mkdir(parents=True, exist_ok=True)
application = Door(site, largest, _folder)
