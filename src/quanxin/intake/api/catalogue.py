"""The catalogue for machines: which resources there are and what their fields are.

Invariant: it says what is in force today, and nothing about any subject.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from quanxin.api.shapes import ResourceKey
from quanxin.calendar import today
from quanxin.intake.api.shapes import ResourceOut
from quanxin.intake.errors import IntakeError
from quanxin.intake.forms import table_schema
from quanxin.policy import Rules
from quanxin.policy.model import Resource
from quanxin.runtime.pack import current_pack

router = Router(auth=None, tags=["目录 / catalogue"])


@router.get("/resources", response=list[ResourceOut], summary="现行目录")
def resources(request: HttpRequest) -> list[dict[str, Any]]:
    """The resources in force, in the order of their keys."""
    return [_shown(r) for _, r in sorted(current_pack().on(today()).resources.items())]


@router.get("/resources/{resource}", response=ResourceOut, summary="一项目录资源")
def resource(request: HttpRequest, resource: ResourceKey) -> dict[str, Any]:
    """A resource in force with its fields."""
    return _shown(_in_force(resource)[0])


@router.get("/resources/{resource}/schema", response=dict[str, Any], summary="Table Schema")
def schema(request: HttpRequest, resource: ResourceKey) -> dict[str, Any]:
    """The Frictionless Table Schema of a resource in force."""
    return table_schema(*_in_force(resource))


def _in_force(resource: str) -> tuple[Resource, Rules]:
    rules = current_pack().on(today())
    if resource not in rules.resources:
        raise IntakeError("resource-unknown", resource=resource, known=", ".join(sorted(rules.resources)))
    return rules.resources[resource], rules


def _shown(resource: Resource) -> dict[str, Any]:
    return {
        "key": resource.key,
        "title": resource.title.zh,
        "title_en": resource.title.en,
        "providers": list(resource.providers),
        "fields": [f.model_dump(mode="json", exclude_defaults=True) for f in resource.fields],
    }
