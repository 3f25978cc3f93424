"""Open data: the page, the files, the catalogue for machines.

Invariant: only files that the latest day's manifest names are given out, and none in which a record stands that was
taken from the public since.
"""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from quanxin.archive import open_data
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack

MEDIA = {".csv": "text/csv; charset=utf-8", ".parquet": "application/vnd.apache.parquet", ".json": "application/json"}


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What is open, with the files of the latest day."""
    day = open_data.latest()
    return render(request, "web/open_data.html", {"day": day, "outdated": day.outdated() if day else frozenset()})


@require_safe
def file(request: HttpRequest, day: str, name: str) -> HttpResponseBase:
    """A file of the latest day; it never changes under the same tag."""
    try:
        path = open_data.file_of(day, name)
    except open_data.Outdated:
        withheld = render(request, "web/renewing.html", status=503)
        withheld["Retry-After"] = "300"
        return withheld
    if path is None:
        raise Http404(name)
    state = path.stat()
    tag = f'"{day}-{state.st_mtime_ns:x}-{state.st_size:x}"'
    if tag in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified(headers={"ETag": tag})
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=MEDIA[path.suffix])
    answer["ETag"] = tag
    return answer


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """The DCAT catalogue in JSON-LD."""
    day = open_data.latest()
    if day is None:
        raise Http404
    base = request.build_absolute_uri(reverse("portal:open-data-file", args=[day.day.isoformat(), "x"]))[:-1]
    home = request.build_absolute_uri(reverse("portal:open-data"))
    pack = current_pack()
    title = said(pack.title)
    told = open_data.catalogue(
        day, home=home, files=base, title=title, publisher=said(pack.site.publisher or pack.title)
    )
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False}, content_type="application/ld+json")
