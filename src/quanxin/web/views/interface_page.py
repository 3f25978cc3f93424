"""The interface for machines, described for people: the page is made of the description that machines read.

Invariant: every operation that the description has is on the page, with an example of what it takes and gives; the page runs no
script and knows nothing of who looks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from quanxin.api.examples import example
from quanxin.api.interface import interface

SCHEMES = {"Client": "HTTP Basic", "Token": "Bearer", "ProviderToken": "Bearer", "Deciding": "Bearer"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, as the page shows it."""

    key: str
    method: str
    path: str
    title: str
    text: list[str]
    entry: str
    parameters: list[Mapping[str, Any]]
    takes: list[tuple[str, str]]
    gives: list[tuple[str, str, str]]
    refusals: list[str]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page of the interface."""
    described = interface.get_openapi_schema()
    groups: dict[str, list[Operation]] = {}
    for tag, operation in _operations(described):
        groups.setdefault(tag, []).append(operation)
    english = (get_language() or "").startswith("en")
    named = [(tag.partition(" / ")[2] if english else tag.partition(" / ")[0], found) for tag, found in groups.items()]
    return render(request, "web/interface.html", {"groups": named, "server": described["servers"][0]["url"]})


def _operations(described: Mapping[str, Any]) -> Iterator[tuple[str, Operation]]:
    parts = described["components"]["schemas"]
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            yield one["tags"][0], _operation(path, method, one, parts)


def _operation(path: str, method: str, one: Mapping[str, Any], parts: Mapping[str, Any]) -> Operation:
    answers = {str(status): answer for status, answer in one["responses"].items()}
    good = {status: answer for status, answer in answers.items() if status.startswith("2")}
    return Operation(
        key=one["operationId"],
        method=method.upper(),
        path=path,
        title=one["summary"],
        text=one.get("description", "").replace("``", "").split("\n\n"),
        entry=", ".join(sorted({SCHEMES[name] for scheme in one.get("security", ()) for name in scheme})),
        parameters=list(one.get("parameters", ())),
        takes=[(kind, _example(kind, c, parts)) for kind, c in one.get("requestBody", {}).get("content", {}).items()],
        gives=[
            (status, kind, _example(kind, content, parts))
            for status, answer in good.items()
            for kind, content in answer.get("content", {}).items()
        ],
        refusals=sorted(status for status in answers if not status.startswith("2")),
    )


def _example(kind: str, content: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    """An example as it goes over the line."""
    made = example(content.get("schema", {}), parts)
    if kind == "application/x-www-form-urlencoded":
        return "&".join(f"{key}={value}" for key, value in made.items())
    if kind == "application/x-ndjson":
        return '{"…": "…"}\n{"…": "…"}'
    return json.dumps(made, ensure_ascii=False, indent=2)
