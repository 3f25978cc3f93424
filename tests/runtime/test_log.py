"""A log line is one JSON object and carries nothing that must stay closed."""

from __future__ import annotations

import io
import json
import logging
import sys

import pytest

from quanxin.runtime.log import JsonLines, StandardError, masked


def line(message: str, *arguments: object, **extra: object) -> dict[str, str]:
    record = logging.makeLogRecord(
        {"name": "quanxin.test", "levelno": logging.ERROR, "msg": message, "args": arguments, **extra}
    )
    read: dict[str, str] = json.loads(JsonLines().format(record))
    return read


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("postgresql://quanxin:s3cret@db/quanxin", "s3cret"),
        ("password=hunter2 host=db", "hunter2"),
        ('{"token": "abc.def"}', "abc.def"),
        ("QUANXIN_SECRET_KEY: 0123abcd", "0123abcd"),
        ("身份证号370102199001011234重复", "19900101"),
        ("37010219900101123x", "0101123x"),
    ],
)
def test_secrets_and_identity_numbers_are_masked(text: str, hidden: str) -> None:
    assert hidden not in masked(text)
    assert hidden not in json.dumps(line("%s", text))
    assert hidden not in json.dumps(line("said", detail=text))


def test_a_unified_social_credit_code_is_no_identity_number_and_stays() -> None:
    assert masked("91370100264171000X") == "91370100264171000X"


def test_what_a_trace_says_is_masked_too() -> None:
    try:
        raise ValueError("postgresql://quanxin:s3cret@db/quanxin")
    except ValueError:
        read = line("failed", exc_info=sys.exc_info())
    assert "ValueError" in read["trace"]
    assert "s3cret" not in read["trace"]


def test_what_a_visitor_asked_wrongly_is_a_line_without_a_trace() -> None:
    try:
        raise ValueError("no such cursor")
    except ValueError:
        caught = sys.exc_info()
    asked = line("no such cursor", exc_info=caught, name="django.request", levelno=logging.WARNING)
    assert "trace" not in asked
    failed = line("broken", exc_info=caught, name="django.request", levelno=logging.ERROR)
    assert "ValueError" in failed["trace"]


def test_a_line_break_in_a_message_does_not_make_a_second_line() -> None:
    record = logging.makeLogRecord(
        {"name": "quanxin.test", "levelno": logging.ERROR, "msg": "one\ntwo", "levelname": "ERROR"}
    )
    written = JsonLines().format(record)
    assert "\n" not in written
    assert json.loads(written)["message"] == "one\ntwo"


def test_lines_go_to_what_standard_error_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    before, now = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", before)
    handler = StandardError()
    monkeypatch.setattr(sys, "stderr", now)
    before.close()
    handler.emit(logging.makeLogRecord({"msg": "still told"}))
    assert now.getvalue() == "still told\n"
