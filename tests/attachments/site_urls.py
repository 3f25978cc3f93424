"""The addresses of that small site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.urls import path

from quanxin.accounts import Actor
from quanxin.attachments.accept import accept
from quanxin.attachments.errors import AttachmentError
from quanxin.attachments.http import chosen, receiving, refused


@receiving(files=2)
def form(request: HttpRequest) -> HttpResponseBase:
    """Take what the form brings, and say how many there were."""
    if request.method != "POST":
        return HttpResponse(get_token(request))
    try:
        for file in chosen(request):
            accept(Actor("person:liu", frozenset()), file, name=file.name or "", kind="other", subject_id=7)
    except AttachmentError as error:
        return refused(request, error)
    return HttpResponse(f"taken {len(request.FILES.getlist('file'))} {request.POST.get('note', '')}")


urlpatterns = [path("form", form)]
