"""The log: one JSON object a line.

Invariant: a line never carries a password, a key or a citizen's identity number, wherever in the message, the
particulars or the trace it stood; and whatever was logged, the line is one valid JSON object.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import sys
from contextvars import ContextVar
from typing import TextIO

# What a line belongs to: the number of a request, which goes with the jobs that the request makes.
request_id: ContextVar[str] = ContextVar("request_id", default="")

_SECRET_WORDS = "|".join(("password", "passwd", "secret", "token", "authorization"))
_IDENTITY = r"(?<![0-9A-Za-z])(\d{4})\d{2}(?:18|19|20)\d{2}(?:0\d|1[0-2])[0-3]\d\d{3}[\dXx](?![0-9A-Za-z])"
_MASKS = (
    (re.compile(r"(\b\w+://[^\s:/@]*):[^\s@/]*@"), r"\1:***@"),
    (re.compile(rf"(?i)((?:{_SECRET_WORDS})[\w-]*['\"]?\s*[=:]\s*['\"]?)[^\s'\",;&]+"), r"\1***"),
    (re.compile(_IDENTITY), r"\1**************"),
)
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "server_time"}


def masked(text: str) -> str:
    """``text`` without passwords in connection strings, secrets beside their names, and identity numbers."""
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


class JsonLines(logging.Formatter):
    """Formats a record as one line: time (UTC), level, logger, message, then whatever ``extra=`` gave."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, str] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if number := request_id.get():
            line["request_id"] = number
        extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        line |= {key: masked(f"{key}={value}").removeprefix(f"{key}=") for key, value in extra.items()}
        # what a visitor asked for wrongly (4xx) is a line, and no trace that whoever repeats it fills the disk with
        if record.exc_info and (record.levelno >= logging.ERROR or not record.name.startswith("django.")):
            line["trace"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class StandardError(logging.StreamHandler[TextIO]):
    """Writes to what standard error is now: a process may give it another stream, and close the one that was there."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # as logging's own handler of last resort
        return sys.stderr
