"""What is wrong with a request, as ``application/problem+json`` (RFC 9457) with the taxonomy's codes.

Invariant: whatever goes wrong has a code, a Chinese and an English sentence and, where there is one, the next step;
no answer shows a stack trace, a query or another client's data. A client that asks for what is not its own leaves a line.
"""

from __future__ import annotations

import logging
from types import MappingProxyType
from typing import Any

from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from quanxin.accounts import errors as accounts
from quanxin.accounts.acts import refused_line
from quanxin.accounts.people import actor_of_client
from quanxin.runtime import problems, unable
from quanxin.runtime.problems import Wording, Wordings

CONTENT_TYPE = "application/problem+json"
INTERFACE = "/api/"  # whatever lies beneath is answered so, also what does not exist

# What a client is told that asks for what is not its own, or is not there.
NOT_ITS_OWN = frozenset({
    "not-allowed", "provider-not-allowed", "batch-unknown", "submission-unknown", "record-unknown", "subscription-missing",
    "case-unknown",
})  # fmt: skip

WORDINGS: Wordings = MappingProxyType(
    {
        "not-allowed": accounts.WORDINGS["not-allowed"],
        "unauthorised": Wording(
            "缺少有效的访问令牌。", "A valid access token is needed.",
            "请用客户端凭证向 /api/v1/token 申请令牌。", "Ask /api/v1/token for one.", status=401,
        ),
        "scope-missing": Wording(
            "令牌没有此项权限。", "The token lacks the scope for this.",
            "请申请包含 {scope} 的令牌。", "Ask for a token with {scope}.", status=403,
        ),
        "not-found": Wording("没有这个地址。", "There is nothing at this address.", status=404),
        "json-unreadable": Wording(
            "请求正文不是有效的 JSON：{reason}。", "The body is not valid JSON: {reason}.", status=400
        ),
        "request-invalid": Wording("请求参数有误。", "The request's parameters are wrong."),
        "media-type": Wording(
            "不支持该正文类型。", "This kind of body is not taken.",
            "请使用 application/json 或 application/x-ndjson。", "Use JSON or NDJSON.", status=415,
        ),
        "too-many-rows": Wording(
            "一次最多 {limit} 行。", "At most {limit} rows at once.",
            "请分批，或以 NDJSON 流提交。", "Split it, or send an NDJSON stream.", status=413,
        ),
        "body-too-large": Wording(
            "请求正文太大，最多 {limit} 字节。", "The body is too large: at most {limit} bytes.",
            "请分批，或以 NDJSON 流提交。", "Split it, or send an NDJSON stream.", status=413,
        ),
        "key-reused": Wording(
            "该幂等键已用于另一请求。", "This idempotency key was used for another request.",
            "请为新的请求生成新的键。", "Make a new key for a new request.", status=409,
        ),
        "rate-exceeded": Wording(
            "请求过于频繁，每分钟上限 {rate} 次。", "Too many requests: {rate} a minute.",
            "请在 {seconds} 秒后重试。", "Try again in {seconds} s.", status=429,
        ),
        "method": Wording(
            "此地址不接受 {method}。", "This address takes no {method}.",
            "可用的方法见应答头 Allow。", "The header Allow names those that it takes.", status=405,
        ),
        "database-away": Wording(
            "数据库暂时连接不上，未作任何更改。", "The database cannot be reached; nothing was changed.",
            "请稍后重试。", "Try again later.", status=503,
        ),
        "disk-full": Wording(
            "平台的磁盘已满，未作任何更改。", "The platform's disk is full; nothing was changed.",
            "请稍后重试；运行单位须清理磁盘。", "Try again later; the operator must free space.", status=503,
        ),
        "internal": Wording(
            "系统内部错误，未作任何更改。", "Something went wrong; nothing was changed.",
            "请稍后重试；多次出现请联系信用中心。", "Try again later.", status=500,
        ),
    }
)  # fmt: skip


class Refused(problems.Problem):
    """A request that is answered with the problem of a code."""

    wordings = WORDINGS


class Problem(Schema):
    """An error: ``code`` is stable, ``title`` and ``hint`` (what to do next) are for people."""

    type: str
    title: str
    title_en: str
    status: int
    code: str
    hint: str = ""
    hint_en: str = ""
    errors: list[dict[str, Any]] = Field(default_factory=list)


def answer(problem: problems.Problem, errors: list[dict[str, Any]] | None = None) -> HttpResponse:
    """The response of a problem."""
    body = Problem(
        type=f"urn:quanxin:error:{problem.code}",
        title=problem.zh,
        title_en=problem.en,
        status=problem.status,
        code=problem.code,
        hint=problem.hint,
        hint_en=problem.hint_en,
        errors=errors or [],
    )
    response = JsonResponse(
        body.dict(), status=problem.status, content_type=CONTENT_TYPE, json_dumps_params={"ensure_ascii": False}
    )
    if "seconds" in problem.particulars:
        response.headers["Retry-After"] = str(problem.particulars["seconds"])
    if problem.status == 401:
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

    def refused(request: HttpRequest, error: problems.Problem) -> HttpResponse:
        if error.line is None:
            note(request, error.code)
        return answer(error, list(error.details))

    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        found = [{"where": ".".join(map(str, e["loc"])), "message": e["msg"], "rule": e["type"]} for e in error.errors]
        return answer(Refused("request-invalid"), found)

    def http(request: HttpRequest, error: HttpError) -> HttpResponse:
        known = Refused("json-unreadable", reason=str(error)) if error.status_code == 400 else Refused("not-found")
        return answer(known)

    def unstorable(request: HttpRequest, error: DataError) -> HttpResponse:
        found = {"where": "", "message": "a value that no column can hold", "rule": "unstorable"}
        return answer(Refused("request-invalid"), [found])

    def other(request: HttpRequest, error: Exception) -> HttpResponse:
        if reason := unable.why(error):
            logging.getLogger("quanxin.api").error("unable to answer: %s", error)
            told = answer(Refused("disk-full" if reason is unable.Reason.DISK else "database-away"))
            told.headers["Retry-After"] = str(unable.RETRY)
            return told
        logging.getLogger("quanxin.api").error("unhandled error", exc_info=error)
        return answer(Refused("internal"))

    api.exception_handler(problems.Problem)(refused)
    api.exception_handler(DataError)(unstorable)
    api.exception_handler(ValidationError)(invalid)
    api.exception_handler(HttpError)(http)
    api.exception_handler(AuthenticationError)(lambda request, error: answer(Refused("unauthorised")))
    api.exception_handler(Exception)(other)
