"""Everything that people and machines can see of the house, and what it does by itself: of this process, as plugged."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer.main
from django.urls import URLResolver, get_resolver
from procrastinate.contrib.django import app as jobs

from quanxin.archive import events
from quanxin.runtime import slices

DOCS = Path(__file__).resolve().parents[2] / "docs"


def inventory() -> dict[str, list[str]]:
    """By kind, the names of all that there is."""
    from quanxin.api.interface import interface
    from quanxin.cli.main import app

    return {
        "routes": sorted(routes(get_resolver(), "")),
        "links": sorted(link.page for face in slices.Face for link in slices.links(face)),
        "operations": sorted(interface.get_openapi_schema()["paths"]),
        "commands": sorted(words(typer.main.get_command(app), "")),
        "checks": sorted(name for name, _ in slices.checks(deep=True)),
        "jobs": sorted(jobs.tasks),
        "terms": sorted(term.kind for term in slices.terms()),
        "handlers": sorted(one.name for one in [*events.handlers_now(), *events.handlers_soon()]),
        "demo": sorted(key for one in slices.plugged() for key in one.demo),
        "apps": sorted(slices.apps()),
        "docs": sorted(documents()),
        "documented": sorted(
            line for text in documents().values() for line in text.splitlines() if line.startswith("## `")
        ),
    }


def routes(resolver: Any, spaces: str) -> list[str]:
    """Every address by its name."""
    found: list[str] = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            found += routes(pattern, spaces + (f"{pattern.namespace}:" if pattern.namespace else ""))
        else:
            found.append(f"{spaces}{pattern.name}")
    return found


def words(command: Any, before: str) -> list[str]:
    """Every command by the words that call it."""
    below = getattr(command, "commands", None)
    if below is None:
        return [before.strip()]
    return [found for name, child in below.items() for found in words(child, f"{before}{name} ")]


def documents() -> dict[str, str]:
    """The pages of documentation that are written from the code."""
    sys.path.insert(0, str(DOCS))
    try:
        import generate
    finally:
        sys.path.remove(str(DOCS))
    made: dict[str, str] = generate.pages()
    return made
