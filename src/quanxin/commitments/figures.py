"""How far commitments are entered, looked at in time, kept and broken.

Invariant: figures are of departments and templates; nobody who promised, and nobody who checks, is counted by name or ranked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from quanxin.calendar import today
from quanxin.casework.notices import authority
from quanxin.commitments import collection, texts
from quanxin.commitments.models import Commitment, Duty
from quanxin.pages.tables import Cell, Table
from quanxin.runtime.language import said

State = Duty.State
CHECKED = (State.MET, State.PARTLY, State.NOT_MET, State.CORRECTED)
BROKEN = "breached"


def by_department(found: QuerySet[Commitment], handed_in: Sequence[tuple[str, int, int, int]]) -> Table:
    """The rate of entered performance (履约录入率) of each department: of those in force whose end or last day has come, or of
    which something is entered, those of which it stands on record what came of them; with those ``handed_in`` without a case."""
    entered = Q(number__in=collection.entered())
    over = Q(case__open=False) | Q(valid_until__lt=today()) | entered
    offered = found.filter(in_force_on__isnull=False).order_by().values_list("provider")
    rows = offered.annotate(
        in_force=Count("pk", distinct=True),
        over=Count("pk", over, distinct=True),
        entered=Count("pk", entered, distinct=True),
    )
    counts: Counter[tuple[str, int]] = Counter()
    for provider, *three in (*rows, *handed_in):
        counts.update({(provider, place): count for place, count in enumerate(three)})
    body: list[list[Cell]] = [
        [said(authority(one)), counts[one, 0], counts[one, 1], counts[one, 2], _rate(counts[one, 2], counts[one, 1])]
        for one in sorted({provider for provider, _ in counts})
    ]
    header = [_("受理单位"), _("生效的承诺"), _("应录入履行情况"), _("已录入"), _("履约录入率")]
    return Table("departments", _("按受理单位"), header, body, empty=_("还没有生效的承诺。"))


def by_template(found: QuerySet[Commitment]) -> Table:
    """Breaches of each template, and of its duties whose day has come those that were checked by then."""
    day = today()
    past, checked = Q(duties__due_on__lt=day) & ~Q(duties__state=State.UNDRAWN), Q(duties__state__in=CHECKED)
    rows = (
        found.filter(in_force_on__isnull=False)
        .order_by("template")
        .values("template")
        .annotate(
            promised=Count("pk", distinct=True),
            broken=Count("pk", Q(case__state=BROKEN), distinct=True),
            due=Count("duties", past, distinct=True),
            in_time=Count("duties", past & checked & Q(duties__checked_on__lte=F("duties__due_on")), distinct=True),
        )
    )
    body: list[list[Cell]] = [
        [said(texts.title_of(row["template"])), row["promised"], row["broken"], _rate(row["broken"], row["promised"]),
         row["due"], row["in_time"], _rate(row["in_time"], row["due"])]
        for row in rows
    ]  # fmt: skip
    header = [
        _("承诺文本"),
        _("生效的承诺"),
        _("认定违诺"),
        _("违诺率"),
        _("到期的核查"),
        _("按期核查"),
        _("按期核查率"),
    ]
    return Table("templates", _("按承诺文本"), header, body, empty=_("还没有生效的承诺。"))


def _rate(part: int, whole: int) -> str:
    """Per cent with one digit; nothing of nothing."""
    return f"{(Decimal(part) * 100 / whole).quantize(Decimal('0.1'))}%" if whole else "—"
