"""The interface under ``/api/v1``: its parts, and its own description.

Invariant: the description (OpenAPI 3.1) names every answer that any address can give.
"""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI, Router
from ninja.constants import NOT_SET
from ninja.openapi.schema import OpenAPISchema

from quanxin.api import problems
from quanxin.runtime import slices

# Problems that any address can answer with, and those of addresses that take a body or a token.
EVERY = (404, 405, 422, 429, 500, 503)
WITH_BODY = (400, 409, 413, 415, 507)
WITH_TOKEN = (401, 403)


class Interface(NinjaAPI):
    """The interface, whose description carries the problems beside each answer."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        """The description with each operation's problems added."""
        schema = super().get_openapi_schema(*args, **kwargs)
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = problems.Problem.model_json_schema()
        for path in schema["paths"].values():
            for method, operation in path.items():
                _add_problems(operation, method)
        return schema


def _add_problems(operation: dict[str, Any], method: str) -> None:
    statuses = EVERY + (WITH_BODY if method == "post" else ()) + (WITH_TOKEN if "security" in operation else ())
    if operation["operationId"].startswith("quanxin_api_changes"):
        statuses += (410,)
    content = {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in statuses:
        operation["responses"][str(status)] = {"description": "问题 / problem", "content": content}
    if method == "post":
        key = {"type": "string", "maxLength": 128, "pattern": "^[ -~]*$"}
        operation.setdefault("parameters", []).append(
            {"name": "Idempotency-Key", "in": "header", "required": False, "schema": key}
        )


def said_whom(router: Router) -> Router:
    """A router, all of whose operations say whom they let in (None: everybody); ``TypeError`` names those that do not."""
    silent = [
        f"{', '.join(operation.methods)} {path}"
        for path, view in router.path_operations.items()
        for operation in view.operations
        if operation.auth_param is NOT_SET and router.auth is NOT_SET
    ]
    if silent:
        raise TypeError(f"whom does {'; '.join(silent)} let in?")
    return router


interface = Interface(
    title="泉信 Quanxin",
    version="1",
    description="公共信用信息归集共享接口 / The interface for machines",
    urls_namespace="api",
    docs_url=None,
)
problems.handle(interface)
for router in slices.routers():
    interface.add_router("", said_whom(router))
