"""What the desk says of time that is left, of who acted, and of what was refused.

Invariant: a length of time is in office days and hours, so that a day is a day's work.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from quanxin.accounts import NotAllowed
from quanxin.accounts.actors import NOBODY
from quanxin.runtime.pack import current_pack
from quanxin.runtime.problems import Problem


@dataclass(frozen=True, slots=True)
class Left:
    """The time that a term has left, in words; ``kind`` is ``over``, ``soon`` (less than a day), ``calm`` or ``paused``."""

    words: str
    kind: str


def status_of(problem: Problem) -> int:
    """The status of a desk page that says what was refused: what is not there looks like what cannot be done."""
    return 403 if isinstance(problem, NotAllowed) else 422


def left(time: dt.timedelta, *, paused: bool = False) -> Left:
    """The office time that is left of a term, negative where it has lapsed, in words."""
    words = length(abs(time))
    if paused:
        return Left(_("等待补充材料，期限暂停，还剩 %(time)s") % {"time": words}, "paused")
    if time < dt.timedelta(0):
        return Left(_("已逾期 %(time)s") % {"time": words}, "over")
    if time == dt.timedelta(0):
        return Left(_("已到期"), "over")
    soon = time < current_pack().calendar.hours.length
    return Left(_("剩 %(time)s") % {"time": words}, "soon" if soon else "calm")


def length(time: dt.timedelta) -> str:
    """A length of office time in days and hours, or in minutes where it is less than an hour."""
    day, hour = current_pack().calendar.hours.length, dt.timedelta(hours=1)
    days, rest = divmod(time, day)
    hours = rest // hour
    if days and hours:
        return _("%(days)s 天 %(hours)s 小时") % {"days": days, "hours": hours}
    if days:
        return _("%(days)s 天") % {"days": days}
    if hours:
        return _("%(hours)s 小时") % {"hours": hours}
    return _("%(minutes)s 分钟") % {"minutes": max(1, rest // dt.timedelta(minutes=1))}


def person(name: str) -> str:
    """The name of an actor without what kind of actor it is; of what nobody did, that it came about by itself."""
    return _("系统自动") if name == NOBODY else name.partition(":")[2] or name
