"""Words in the language of the page that is being made.

Invariant: what is not English is Chinese; what went wrong is followed by what to do about it.
"""

from __future__ import annotations

from typing import Literal

from django.core.exceptions import ValidationError
from django.utils.translation import get_language

from quanxin.accounts import NotAllowed
from quanxin.attachments.errors import AttachmentError
from quanxin.casework.errors import RightsError

Problem = RightsError | AttachmentError | ValidationError | NotAllowed


def language() -> Literal["zh", "en"]:
    """The language of the page."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def in_language(text: str) -> str:
    """The part of ``中文 / English`` that the page is in; a text without a slash as it stands."""
    zh, slash, en = text.partition(" / ")
    return en if slash and language() == "en" else zh


def problem_of(error: Problem) -> str:
    """What is wrong and what to do."""
    if isinstance(error, ValidationError):
        return in_language(" ".join(error.messages))
    return f"{error.en} {in_language(error.hint)}" if language() == "en" else error.zh + in_language(error.hint)
