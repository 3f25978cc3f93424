"""What the forms of a draw are chosen from: lines of the plan, sources of randomness, what was drawn, reasons.

Invariant: what is offered is what the act would take, in the order in which the desk's page of the draw shows it; nobody types
a number or a key.
"""

from __future__ import annotations

from quanxin.calendar import today
from quanxin.casework.models import Case
from quanxin.draws import Commitment
from quanxin.policy.inspections import NO_CLASS, RandomSource
from quanxin.policy.model import Text
from quanxin.supervision.drawing import frames, making, randomness
from quanxin.supervision.drawing.errors import DrawError
from quanxin.supervision.models import Draw, PlanLine, Selected
from quanxin.supervision.planning import published
from quanxin.supervision.planning.lines import PLANNED, title_of
from quanxin.supervision.planning.told import PLAN

Choices = dict[str, dict[str, Text]]
MOST = 300  # of what was drawn that a list is good for; of more the label is typed


def lines(case: Case) -> Choices:
    """The lines that a department may draw now, those that were drawn before last; of a draw that there is, its line."""
    if case.pk is not None:
        line = Draw.objects.select_related("plan_line").get(case=case).plan_line
        return {"line": {str(line.pk): title_of(line)}}
    found = PlanLine.objects.select_related("case").filter(
        case__kind=PLAN, case__state=PLANNED, case__named=str(today().year), dropped_at=None,
        case__provider=case.provider, case__subject_id=case.subject_id,
    )  # fmt: skip
    free, again = dict[str, Text](), dict[str, Text]()
    for one in found:
        try:
            before = frames.previous(one)
        except DrawError:  # it is being drawn
            continue
        (again if before else free)[str(one.pk)] = _of_line(one, before)
    return {"line": free | again}


def sources(_case: Case) -> Choices:
    """The sources of randomness that a commitment may name, with the days on which they come."""
    found = {one.key: _of_source(one) for one in published.draw_rules(today()).sources}
    return {"source": found, "other_source": found}


def named(case: Case) -> Choices:
    """The sources that the commitment named, with their days."""
    made = commitment_of(case)
    if made is None:
        return {}
    titled = {
        one.key: (one.title, published.draw_rules(made.committed_on).source(one.key), one.on) for one in made.sources
    }
    return {
        "source": {
            key: Text(zh=f"{title} · {on}", en=f"{rule.title.en if rule else title} · {on}")
            for key, (title, rule, on) in titled.items()
        }
    }


def selected(case: Case) -> Choices:
    """What was drawn and stands, by stratum and place; the reasons that were fixed beforehand."""
    made = commitment_of(case)
    if made is None:
        return {}
    standing = list(Selected.objects.filter(draw__case=case, withdrawn="")[: MOST + 1])
    titles = {one.key: one.title for one in published.draw_rules(made.committed_on).reasons}
    causes = {key: titles.get(key, Text(zh=zh, en=zh)) for key, zh in made.reasons.items()}
    labels = {one.label: place_of(one) for one in standing}
    return {"cause": causes} | ({"label": labels} if len(labels) <= MOST else {})


def place_of(one: Selected) -> Text:
    """By what something that was drawn is called: its stratum and its place."""
    zh, en = ("不分级", "no class") if one.stratum == NO_CLASS else (one.stratum, one.stratum)
    extra = (" · 递补", " · substitute") if one.substitute else ("", "")
    return Text(zh=f"{zh} · 第 {one.place} 位{extra[0]}", en=f"{en} · place {one.place}{extra[1]}")


def commitment_of(case: Case) -> Commitment | None:
    """What a draw was committed to; None where nothing was yet, or its file is not what is on record."""
    draw = Draw.objects.filter(case=case).exclude(committed="").first()
    try:
        return making.commitment_of(draw) if draw is not None else None
    except DrawError:
        return None


def _of_line(line: PlanLine, before: Draw | None) -> Text:
    title = title_of(line)
    if before is None:
        return title
    number = before.case.number
    return Text(
        zh=f"{title.zh}（抽取过：{number}，须写明理由）", en=f"{title.en} (drawn before: {number}; say why again)"
    )


def _of_source(one: RandomSource) -> Text:
    """A source with the days of the week on which it comes, and how its numbers look."""
    form = randomness.form_of(one)
    if not one.weekdays:
        return Text(zh=f"{one.title.zh}（{form.zh}）", en=f"{one.title.en} ({form.en})")
    zh = "、".join("一二三四五六日"[n - 1] for n in one.weekdays)
    en = ", ".join(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][n - 1] for n in one.weekdays)
    return Text(zh=f"{one.title.zh}（每周{zh}；{form.zh}）", en=f"{one.title.en} (on {en}; {form.en})")
