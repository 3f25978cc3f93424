"""The interface under ``/api/v1``: its parts, and its own description.

Invariant: the description (OpenAPI 3.1) names every answer that any address can give.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django.conf import settings
from ninja import NinjaAPI, Router
from ninja.constants import NOT_SET
from ninja.openapi.schema import OpenAPISchema

from quanxin.api import problems
from quanxin.api.moments import Answers
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
        schema["servers"] = [{"url": settings.PUBLIC_URL or "/", "description": "本平台 / this platform"}]
        schema["paths"] = {TOKEN_PATH: {"post": deepcopy(_TOKEN)}} | schema["paths"]
        schema["components"]["securitySchemes"]["Client"] = {"type": "http", "scheme": "basic"}
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = problems.Problem.model_json_schema()
        for path in schema["paths"].values():
            for method, operation in path.items():
                _add_problems(operation, method)
        return schema


TOKEN_PATH = "/api/v1/token"  # noqa: S105  (an address)
_REFUSED = {
    "description": "没有给出令牌 / no token was given",
    "content": {"application/json": {"schema": {
        "type": "object", "required": ["error"],
        "properties": {"error": {"type": "string", "examples": ["invalid_client"]}, "error_description": {"type": "string"}},
    }}},
}  # fmt: skip
_TOKEN = {
    "operationId": "token", "summary": "申请令牌", "tags": ["令牌 / token"], "security": [{"Client": []}],
    "description": "A token for an hour, by the client's own credentials (RFC 6749, 4.4), sent as HTTP Basic.",
    "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": {
        "type": "object", "required": ["grant_type"],
        "properties": {
            "grant_type": {"type": "string", "enum": ["client_credentials"]},
            "scope": {"type": "string", "examples": ["intake"]},
        },
    }}}},
    "responses": {
        "200": {"description": "令牌 / the token", "content": {"application/json": {"schema": {
            "type": "object", "required": ["access_token", "expires_in", "token_type", "scope"],
            "properties": {
                "access_token": {"type": "string"}, "expires_in": {"type": "integer", "examples": [3600]},
                "token_type": {"type": "string", "examples": ["Bearer"]}, "scope": {"type": "string", "examples": ["intake"]},
            },
        }}}},
        "400": _REFUSED, "401": _REFUSED,
    },
}  # fmt: skip


def _add_problems(operation: dict[str, Any], method: str) -> None:
    statuses = EVERY + (WITH_BODY if method == "post" else ()) + (WITH_TOKEN if "security" in operation else ())
    if operation["operationId"].startswith("quanxin_api_changes"):
        statuses += (410,)
    content = {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in statuses:
        own = operation["responses"].get(str(status), {})  # some say it in a form of their own besides
        told = {"description": "问题 / problem"} | own | {"content": own.get("content", {}) | content}
        operation["responses"][str(status)] = told
    if method == "post" and "Client" not in operation.get("security", [{}])[0]:
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
    renderer=Answers(),
)
problems.handle(interface)
for router in slices.routers():
    interface.add_router("", said_whom(router))
