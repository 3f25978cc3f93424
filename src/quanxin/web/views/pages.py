"""The pages that describe: home, the catalogue of what may be held, about.

Invariant: what these pages say about the platform is read from the archive and the pack in force today; a number or
a legal fact stands in no template.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanxin.archive.figures import city_figures, latest, published_resources
from quanxin.calendar import today
from quanxin.pages.listings import Cell, Column, Kind, Listing
from quanxin.policy import Rules
from quanxin.policy.model import Category, Provider, Resource
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack

HOME_LIST_LENGTH = 6
NAMED = 3  # providers of a resource that the catalogue names


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Search box, live figures, the latest decisions and the ways into the platform."""
    figures = city_figures()
    types = current_pack().on(today()).subject_types
    by_type = sorted(((types[key], count) for key, count in figures.by_type.items() if count), key=lambda p: -p[1])
    most = max((count for _, count in by_type), default=1)
    return render(
        request,
        "web/home.html",
        {
            "figures": figures,
            "by_type": [(kind, count, max(1, round(100 * count / most))) for kind, count in by_type],
            "licences": latest("administrative-licence", limit=HOME_LIST_LENGTH),
            "penalties": latest("administrative-penalty", limit=HOME_LIST_LENGTH),
        },
    )


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """A resource of the catalogue with its category, its providers' names and, if public, its number of records."""

    resource: Resource
    category: Category
    providers: tuple[Provider, ...]
    records: int | None


def _rows(rules: Rules) -> list[CatalogueRow]:
    counts = {resource.key: count for resource, count in published_resources()}
    rows = (
        CatalogueRow(
            resource,
            rules.categories[resource.category],
            tuple(rules.providers[key] for key in resource.providers),
            counts.get(resource.key),
        )
        for resource in rules.resources.values()
    )
    return sorted(rows, key=lambda row: (row.category.key, row.resource.key))


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every resource in force today, under the category of the national catalogue that it belongs to."""
    rules = current_pack().on(today())
    rows = _rows(rules)
    groups = [
        (category, [row for row in rows if row.category.key == category.key])
        for category in sorted(rules.categories.values(), key=lambda c: c.key)
    ]
    modes = Counter(row.resource.publication.mode.value for row in rows)
    return render(
        request,
        "web/catalogue.html",
        {
            "groups": [(category, _listing(category, members)) for category, members in groups if members],
            "total": len(rows),
            "modes": modes,
            "pack": current_pack(),
        },
    )


def _listing(category: Category, rows: list[CatalogueRow]) -> Listing:
    return Listing(
        key=category.key,
        title=said(category.title),
        rows=rows,
        classes="ledger-catalogue",
        columns=[
            Column(
                _("资源"),
                lambda row: Cell(said(row.resource.title), reverse("portal:resource", args=[row.resource.key])),
                Kind.LINK,
            ),
            Column(_("提供单位"), lambda row: _providers(row.providers), bare=True),
            Column(_("报送时限"), template="web/_deadline_of.html"),
            Column(_("公开方式"), template="web/_mode_of.html", bare=True),
            Column(_("公开记录"), lambda row: row.records, Kind.COUNT),
        ],
    )


def _providers(found: Sequence[Provider]) -> str:
    """The first of the providers by name, and how many there are."""
    named = _("、").join(said(one.title) for one in found[:NAMED])
    return named + _("等 %(count)s 家") % {"count": len(found)} if len(found) > NAMED else named


@require_safe
def resource(request: HttpRequest, key: str) -> HttpResponse:
    """One resource in full: fields, basis, modes, providers, deadline, and its dated versions."""
    rules = current_pack().on(today())
    if key not in rules.resources:
        raise Http404(key)
    found = rules.resources[key]
    row = next(row for row in _rows(rules) if row.resource.key == key)
    history = current_pack().resource_history(key)
    kinds = [rules.subject_types[kind] for kind in found.subject_types]
    return render(request, "web/resource.html", {"row": row, "resource": found, "kinds": kinds, "history": history})


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What the platform is, what it does not do, and the rights of those it writes about."""
    return render(request, "web/about.html", {"pack": current_pack()})
