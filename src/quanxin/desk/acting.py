"""What people of the desk may do with a case: each act with its words, when it is offered, and how it is done.

Invariant: an act is offered only to who may do it in the state in which the case stands; whatever is sent nevertheless is
refused by the act itself, with a line. The same form sent twice does its act once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.acts import act as one_act
from quanxin.archive.models import Withdrawal
from quanxin.casework import cases
from quanxin.casework.case_view import Look
from quanxin.casework.models import Case
from quanxin.desk import upholding
from quanxin.exchange.errors import IntakeError
from quanxin.rights import objections, repairs
from quanxin.runtime import parameters

State, Kind = Case.State, Case.Kind
Sent = Mapping[str, str]
Do = Callable[[Actor, str, Sent], Case]
ITEM = "item-"  # how the fields of a correction are called in its form
ANY = frozenset(Kind)
KINDS = (Withdrawal.Kind.REVOKED, Withdrawal.Kind.MISTAKEN)


@dataclass(frozen=True, slots=True)
class Act:
    """An act on a case. ``step`` is how its history calls it; ``reason`` is what is asked for ("" for nothing), ``tick`` what
    must be confirmed; ``form`` the template of a form of its own; ``plain`` one that
    needs no second look, ``wide`` one that needs the width of the page."""

    key: str
    step: str
    title: Promise
    about: Promise
    do: Do
    kinds: frozenset[Case.Kind]
    states: frozenset[Case.State]
    may: Callable[[Actor, Look], bool]
    reason: Promise | str = ""
    needed: bool = True
    tick: Promise | str = ""
    form: str = ""
    plain: bool = False
    wide: bool = False
    grave: bool = False


def offered(actor: Actor, look: Look) -> list[Act]:
    """What an actor may do with a case as it stands."""
    case = look.case
    if cases.is_own(actor, case):
        return []
    return [a for a in ACTS if case.kind in a.kinds and case.state in a.states and a.may(actor, look)]


def act_of(key: str, case: Case) -> Act | None:
    """The act of a key for cases of the kind; None where there is none."""
    return next((a for a in ACTS if a.key == key and case.kind in a.kinds), None)


@one_act
def perform(actor: Actor, number: str, act: Act, sent: Sent) -> Case:
    """Do an act; a form that was sent before is answered as it was then. Raises as the act does."""
    case = cases.locked(number)
    if _sent_before(actor, case, act, sent):
        return case
    return act.do(actor, number, sent)


def _sent_before(actor: Actor, case: Case, act: Act, sent: Sent) -> bool:
    """Whether this very form did its act already: the case has gone on from what the form shows by this act alone."""
    seen = parameters.number(sent.get("seen"))
    if seen is None:
        return False
    since = list(case.steps.filter(pk__gt=seen).exclude(act="claim"))
    same = (step for step in since if step.act == act.step and step.actor == actor.name)
    return any(step.note == sent.get("reason", "").strip() for step in same)


def _reason(sent: Sent) -> str:
    return sent.get("reason", "")


def _handles(actor: Actor, look: Look) -> bool:
    return cases.decides(actor, look.case) and look.case.claimed_by in ("", actor.name)


def _may_extend(actor: Actor, look: Look) -> bool:
    return _handles(actor, look) and look.extendable


def _not_again(actor: Actor, look: Look) -> bool:
    """Whoever looks a second time did not decide before."""
    before = look.case.looks_at
    return _handles(actor, look) and before is not None and not objections.judged_before(actor, before)


def _about_record(actor: Actor, look: Look) -> bool:
    return _handles(actor, look) and look.stored is not None and not look.corrected


def _may_withdraw(actor: Actor, look: Look) -> bool:
    return _handles(actor, look) and look.stored is not None


def _of_score(actor: Actor, look: Look) -> bool:
    return _handles(actor, look) and not look.case.resource


def _may_undo(actor: Actor, look: Look) -> bool:
    return cases.decides(actor, look.case) or cases.reaches(actor, look.case, Role.REVIEWER)


def _may_claim(actor: Actor, look: Look) -> bool:
    return cases.decides(actor, look.case) and not look.case.claimed_by


def _may_give_back(actor: Actor, look: Look) -> bool:
    held = look.case.claimed_by
    return bool(held) and (held == actor.name or cases.reaches(actor, look.case, Role.REVIEWER))


def _correct(actor: Actor, number: str, sent: Sent) -> Case:
    changes = {key.removeprefix(ITEM): text for key, text in sent.items() if key.startswith(ITEM)}
    seen = parameters.number(sent.get("version"))
    return upholding.by_correcting(actor, number, changes, _reason(sent), seen=seen)


def _withdraw(actor: Actor, number: str, sent: Sent) -> Case:
    kind = sent.get("kind", "")
    if kind not in KINDS:
        raise IntakeError("kind-missing")
    return upholding.by_withdrawing(actor, number, Withdrawal.Kind(kind), _reason(sent))


def _second_look(*, returned: bool) -> Do:
    return lambda actor, number, sent: objections.second_look(actor, number, _reason(sent), returned=returned)


def _upheld(outcome: Case.State) -> Do:
    return lambda actor, number, sent: objections.uphold(actor, number, _reason(sent), outcome)


def _ticked(sent: Sent) -> bool:
    return sent.get("confirmed") == "1"


def _grant(actor: Actor, number: str, sent: Sent) -> Case:
    return repairs.grant(actor, number, performed=_ticked(sent), note=_reason(sent))


def _forward(actor: Actor, number: str, _sent: Sent) -> Case:
    return cases.forward(actor, number)


def _made(**given: Any) -> Act:
    given["kinds"], given["states"] = frozenset(given["kinds"]), frozenset(given["states"])
    return Act(**({"step": given["key"]} | given))


REASON = _("理由（必填，申请人会看到）")
REPAIR, OBJECTION = [Kind.REPAIR], [Kind.OBJECTION]
IN_HAND = [State.FORWARDED, State.ACCEPTED]

ACTS: tuple[Act, ...] = (
    _made(key="claim", title=_("领取"), about=_("领取后由您办理，别人不能同时办理。"), plain=True, kinds=ANY,
          states=[*IN_HAND, State.WAITING], may=_may_claim, do=lambda a, n, s: cases.claim(a, n)),
    _made(key="give-back", title=_("退回待办"), about=_("退回后其他人可以领取。"), plain=True, kinds=ANY,
          states=[*IN_HAND, State.WAITING], may=_may_give_back, do=lambda a, n, s: cases.give_back(a, n)),
    _made(key="forward", title=_("转办"), about=_("转给作出决定的单位，受理期限从现在起算。转办不作任何判断。"), kinds=ANY,
          states=[State.FILED], do=_forward,
          may=lambda a, look: cases.reaches(a, look.case, Role.WINDOW)),
    _made(key="accept", title=_("受理"), about=_("受理后开始计算决定期限，并告知申请人。"), kinds=REPAIR,
          states=[State.FORWARDED], may=_handles, do=lambda a, n, s: repairs.accept(a, n)),
    _made(key="take-up", step="accept", title=_("开始核实"), about=_("从现在起计算答复期限。"), kinds=OBJECTION,
          states=[State.FORWARDED], may=_handles, do=lambda a, n, s: objections.take_up(a, n)),
    _made(key="grant", title=_("准予修复"), kinds=REPAIR, states=[State.ACCEPTED], may=_handles, do=_grant,
          about=_("准予后立即终止公示、停止共享和使用，评价随之更新；使用单位会收到通知。"),
          reason=_("说明（可不填）"), needed=False, tick=_("已核实义务全部履行")),
    _made(key="refuse", title=_("不予修复"), about=_("信息继续公示；申请人会收到理由，可以重新申请。"), kinds=REPAIR,
          states=[State.ACCEPTED], may=_handles, reason=REASON, grave=True,
          do=lambda a, n, s: repairs.refuse(a, n, _reason(s))),
    _made(key="correct", step="uphold", title=_("更正记录"), kinds=OBJECTION, states=[State.ACCEPTED], may=_about_record,
          about=_("改正有误的数据项，提交后即成新版本，异议以“已更正”办结；两件事一起完成。"), do=_correct,
          form="desk/_correction.html", wide=True),
    _made(key="withdraw", step="uphold", title=_("撤下记录"), kinds=OBJECTION, states=[State.ACCEPTED], may=_may_withdraw,
          about=_("记录本不应存在的，撤下后立即停止公示和共享，异议以“已撤下”办结。"), do=_withdraw, form="desk/_withdrawal.html",
          grave=True),
    _made(key="finish-corrected", step="uphold", title=_("以“已更正”办结"), kinds=OBJECTION, states=[State.ACCEPTED],
          about=_("提出异议之后这条记录已经有了新版本。核对内容无误的，在此办结。"), reason=REASON,
          may=lambda a, look: _handles(a, look) and look.corrected, do=_upheld(State.CORRECTED)),
    _made(key="finish-withdrawn", step="uphold", title=_("以“已撤下”办结"), kinds=OBJECTION, states=[State.ACCEPTED],
          about=_("这条记录已经撤下，在此办结异议。"), reason=REASON,
          may=lambda a, look: _handles(a, look) and look.withdrawn, do=_upheld(State.WITHDRAWN)),
    _made(key="uphold", title=_("异议成立"), kinds=OBJECTION, states=[State.ACCEPTED], reason=REASON, may=_of_score,
          about=_("评价结果确有问题、已经更正的，在此办结。"), do=_upheld(State.CORRECTED)),
    _made(key="dismiss", title=_("异议不成立"), about=_("记录维持不变；申请人会收到理由，可以申请复核。"), kinds=OBJECTION,
          states=[State.ACCEPTED], may=_handles, reason=REASON, grave=True,
          do=lambda a, n, s: objections.dismiss(a, n, _reason(s))),
    _made(key="uphold-dismissal", step="second-look", title=_("复核：维持原答复"), kinds=[Kind.SECOND_LOOK], states=IN_HAND,
          about=_("原答复维持，申请人会收到理由。"), reason=REASON, may=_not_again, do=_second_look(returned=False)),
    _made(key="return", step="second-look", title=_("复核：退回重新核实"), kinds=[Kind.SECOND_LOOK], states=IN_HAND,
          about=_("退回原办理单位重新核实，答复期限重新计算。"), reason=REASON, may=_not_again, do=_second_look(returned=True)),
    _made(key="ask", title=_("要求补充材料"), about=_("申请人补充之前期限暂停；请一次说清需要什么。"), kinds=ANY, states=IN_HAND,
          may=_handles, reason=_("需要补充什么（必填，申请人会看到）"), do=lambda a, n, s: cases.ask(a, n, _reason(s))),
    _made(key="extend", title=_("延长期限"), about=_("情况复杂、需要核查的可以延长一次，申请人会收到理由和新的日期。"),
          kinds=REPAIR, states=[State.ACCEPTED], may=_may_extend, reason=REASON,
          do=lambda a, n, s: repairs.extend(a, n, _reason(s))),
    _made(key="reject", title=_("不予受理"), about=_("申请人会收到理由，补正后可以重新申请。"), kinds=REPAIR,
          states=[State.FORWARDED], may=_handles, reason=REASON, grave=True,
          do=lambda a, n, s: repairs.reject(a, n, _reason(s))),
    _made(key="find-false", title=_("撤销修复（材料虚假）"), kinds=REPAIR, states=[State.GRANTED], may=_may_undo, grave=True,
          about=_("查实申请材料虚假的，撤销修复，信息恢复公示和共享，并按规定记录失信行为。"), reason=REASON,
          do=lambda a, n, s: repairs.find_false(a, n, _reason(s))),
)  # fmt: skip
