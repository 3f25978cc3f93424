"""The published list of inspection items: what may be inspected on a day.

Invariant: an item in force in the pack is published, and nothing else is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from quanxin.calendar import today
from quanxin.policy.inspections import RESULT_CODES, InspectionItem
from quanxin.runtime.language import said
from quanxin.runtime.pack import current_pack
from quanxin.supervision.models import Inspection

RESULTS = "administrative-inspection"  # the resource that results are records of
NAME = 128  # characters of what a case is called
_MARK = "等"


def items_on(day: dt.date) -> Mapping[str, InspectionItem]:
    """The items in force on a day, by key."""
    return current_pack().on(day).inspection_items


def title_of(key: str, day: dt.date | None = None) -> str:
    """What an item is called, in the language of the page; its key where there is none any more."""
    item = items_on(day or today()).get(key)
    return said(item.title) if item is not None else key


def task_of(keys: Iterable[str], day: dt.date) -> str:
    """What an inspection of these items is called, in Chinese: the same for the same items, in whichever order."""
    known = items_on(day)
    whole = "、".join(known[key].title.zh if key in known else key for key in sorted(set(keys)))
    return whole if len(whole) <= NAME else whole[: NAME - len(_MARK)] + _MARK


def why_of(one: Inspection) -> str:
    """Why a subject is inspected, in the language of the page."""
    return _("随机抽查") if one.why == Inspection.Why.DRAWN else _("个案检查")


def result_of(one: Inspection) -> str:
    """What an inspection found, in the language of the page; "" while it is not over."""
    codes = current_pack().on(today()).code_sets[RESULT_CODES].codes
    return next((said(code.title) for code in codes if code.value == one.result), one.result)
