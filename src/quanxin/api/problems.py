"""What is wrong with a request, as ``application/problem+json`` (RFC 9457) with the taxonomy's codes.

Invariant: whatever goes wrong has a code, a Chinese and an English sentence and, where there is one, the next step;
no answer shows a stack trace, a query or another client's data. A client that asks for what is not its own leaves a line.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from quanxin.accounts import NotAllowed
from quanxin.accounts.acts import refused_line
from quanxin.accounts.lookups import TooManyMissed
from quanxin.accounts.people import actor_of_client
from quanxin.exchange.errors import IntakeError

CONTENT_TYPE = "application/problem+json"

# The status of an intake error where it is not 422, what was handed in cannot be taken.
STATUS = {
    "provider-not-allowed": 403,
    "resource-unknown": 404,
    "batch-unknown": 404,
    "submission-unknown": 404,
    "record-unknown": 404,
    "subscription-missing": 403,
    "timepoint-unknown": 422,
    "timepoint-too-old": 410,
    "resource-out-of-force": 409,
    "replay-nothing-held": 409,
    "replay-changes-nothing": 409,
    "disk-full": 507,
    "memory-short": 507,
}

# What a client is told that asks for what is not its own, or is not there.
NOT_ITS_OWN = frozenset({
    "not-allowed", "provider-not-allowed", "batch-unknown", "submission-unknown", "record-unknown", "subscription-missing",
})  # fmt: skip

# code → (status, Chinese, English, what to do)
PROBLEMS = {
    "unauthorised": (401, "缺少有效的访问令牌。", "A valid access token is needed.",
                     "请用客户端凭证向 /api/v1/token 申请令牌。 / Ask /api/v1/token for one."),
    "scope-missing": (403, "令牌没有此项权限。", "The token lacks the scope for this.",
                      "请申请包含 {scope} 的令牌。 / Ask for a token with {scope}."),
    "not-allowed": (403, "没有办理此事的权限。", "The client may not do this.", ""),
    "not-found": (404, "没有这个地址。", "There is nothing at this address.", ""),
    "json-unreadable": (400, "请求正文不是有效的 JSON：{reason}。", "The body is not valid JSON: {reason}.", ""),
    "request-invalid": (422, "请求参数有误。", "The request's parameters are wrong.", ""),
    "media-type": (415, "不支持该正文类型。", "This kind of body is not taken.",
                   "请使用 application/json 或 application/x-ndjson。 / Use JSON or NDJSON."),
    "too-many-rows": (413, "一次最多 {limit} 行。", "At most {limit} rows at once.",
                      "请分批，或以 NDJSON 流提交。 / Split it, or send an NDJSON stream."),
    "body-too-large": (413, "请求正文太大，最多 {limit} 字节。", "The body is too large: at most {limit} bytes.",
                       "请分批，或以 NDJSON 流提交。 / Split it, or send an NDJSON stream."),
    "key-reused": (409, "该幂等键已用于另一请求。", "This idempotency key was used for another request.",
                   "请为新的请求生成新的键。 / Make a new key for a new request."),
    "rate-exceeded": (429, "请求过于频繁，每分钟上限 {rate} 次。", "Too many requests: {rate} a minute.",
                      "请在 {seconds} 秒后重试。 / Try again in {seconds} s."),
    "lookups-exceeded": (429, "今日查无结果的查询次数已达上限。", "Too many look-ups found nothing today.",
                         "请明日再查，并核对所用的编号。 / Try again tomorrow, with numbers of your own."),
    "internal": (500, "系统内部错误，未作任何更改。", "Something went wrong; nothing was changed.",
                 "请稍后重试；多次出现请联系信用中心。 / Try again later."),
}  # fmt: skip


class Problem(Schema):
    """An error: ``code`` is stable, ``title`` and ``title_en`` are for people, ``hint`` says what to do next."""

    type: str
    title: str
    title_en: str
    status: int
    code: str
    hint: str = ""
    errors: list[dict[str, Any]] = Field(default_factory=list)


class Refused(Exception):
    """A request that is answered with the problem of a code."""

    def __init__(self, code: str, **particulars: Any) -> None:
        super().__init__(code)
        self.code, self.particulars = code, particulars


def answer(
    status: int, code: str, zh: str, en: str, hint: str = "", errors: list[dict[str, Any]] | None = None
) -> HttpResponse:
    """The response of a problem."""
    body = Problem(
        type=f"urn:quanxin:error:{code}", title=zh, title_en=en, status=status, code=code, hint=hint,
        errors=errors or [],
    )  # fmt: skip
    return JsonResponse(
        body.dict(), status=status, content_type=CONTENT_TYPE, json_dumps_params={"ensure_ascii": False}
    )


def of(code: str, *, errors: list[dict[str, Any]] | None = None, **particulars: Any) -> HttpResponse:
    """The response of a code in ``PROBLEMS``."""
    status, *words = PROBLEMS[code]
    zh, en, hint = (text.format(**particulars) for text in words)
    response = answer(status, code, zh, en, hint, errors)
    if code == "rate-exceeded":
        response.headers["Retry-After"] = str(particulars["seconds"])
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def note(request: HttpRequest, code: str, client: Any = None) -> None:
    """Leave the line of a client that was refused what is not its own; other problems leave none."""
    asking = client or getattr(request, "auth", None)
    if asking is not None and code in NOT_ITS_OWN:
        match = request.resolver_match
        parts = " ".join(str(part)[:40] for part in match.kwargs.values()) if match else ""
        refused_line(actor_of_client(asking), f"{match.view_name if match else ''} {parts}".strip()[:128], code)


def handle(api: NinjaAPI) -> None:
    """Give the interface its answer to each kind of error."""

    def refused(request: HttpRequest, error: Refused) -> HttpResponse:
        note(request, error.code)
        return of(error.code, **error.particulars)

    def intake(request: HttpRequest, error: IntakeError) -> HttpResponse:
        note(request, error.code)
        return answer(STATUS.get(error.code, 422), error.code, error.zh, error.en, error.hint)

    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        found = [{"where": ".".join(map(str, e["loc"])), "message": e["msg"], "rule": e["type"]} for e in error.errors]
        return of("request-invalid", errors=found)

    def http(request: HttpRequest, error: HttpError) -> HttpResponse:
        return of("json-unreadable", reason=str(error)) if error.status_code == 400 else of("not-found")

    def unstorable(request: HttpRequest, error: DataError) -> HttpResponse:
        found = {"where": "", "message": "a value that no column can hold", "rule": "unstorable"}
        return of("request-invalid", errors=[found])

    def not_allowed(request: HttpRequest, error: NotAllowed) -> HttpResponse:
        if isinstance(error, TooManyMissed):
            return of("lookups-exceeded")
        if error.line is None:
            note(request, "not-allowed")
        return of("not-allowed")

    def other(request: HttpRequest, error: Exception) -> HttpResponse:
        logging.getLogger("quanxin.api").error("unhandled error", exc_info=error)
        return of("internal")

    api.exception_handler(Refused)(refused)
    api.exception_handler(DataError)(unstorable)
    api.exception_handler(IntakeError)(intake)
    api.exception_handler(ValidationError)(invalid)
    api.exception_handler(HttpError)(http)
    api.exception_handler(NotAllowed)(not_allowed)
    api.exception_handler(AuthenticationError)(lambda request, error: of("unauthorised"))
    api.exception_handler(Exception)(other)
