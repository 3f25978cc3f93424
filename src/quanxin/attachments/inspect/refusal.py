"""What a look into a file finds against it."""

from __future__ import annotations


class Refusal(Exception):
    """The file is not taken: a code of ``wordings`` and its particulars."""

    def __init__(self, code: str, **particulars: object) -> None:
        super().__init__(code)
        self.code, self.particulars = code, particulars


def damaged(zh: str, en: str) -> Refusal:
    """The file does not hold together."""
    return Refusal("attachment-damaged", reason=zh, reason_en=en)


def foreign(zh: str, en: str) -> Refusal:
    """The file carries something else within it."""
    return Refusal("attachment-foreign", what=zh, what_en=en)


def bomb(zh: str, en: str) -> Refusal:
    """The file unpacks to too much."""
    return Refusal("attachment-bomb", reason=zh, reason_en=en)
