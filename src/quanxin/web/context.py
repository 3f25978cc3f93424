"""What the frame of every page needs to know.

Invariant: cheap. No query: the frame of an error page must be drawable when the database is down.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language

from quanxin.runtime.language import english
from quanxin.runtime.pack import current_pack


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return the page's language for ``html lang``, the other one for the switch, the words searched for and whose site it
    is."""
    return {
        "page_language": "en" if english() else "zh-CN",
        "other_language": "zh-hans" if english() else "en",
        "active_language": get_language(),
        "city": current_pack().site,
        "search_text": request.GET.get("q", "").strip()[:100],
    }
