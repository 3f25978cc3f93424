"""The form of an act, made from what its procedure asks.

Invariant: an item is checked by the query that checks it when the act is done, so that a form never lets in what the act
refuses; what an act refused is said with everything else that is wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from quanxin.calendar import today
from quanxin.casework import effects, forms
from quanxin.casework.errors import FormRefused, RightsError
from quanxin.casework.models import Case
from quanxin.pages.fields import Form, Item, Kind
from quanxin.policy.model import FieldDef, FieldType, Text
from quanxin.policy.procedure import Act, Procedure
from quanxin.runtime.language import in_words, said
from quanxin.runtime.pack import current_pack
from quanxin.runtime.problems import Problem

SHORT = 60  # characters up to which a text is asked for in one line
REASON, STATEMENT, CONTACT = "reason", "statement", "contact"
_DIGITS = (FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY_WAN, FieldType.MONEY_YUAN, FieldType.YEAR)
_OF_THE_FORM = ("reason-missing", "statement-missing", "form-refused")  # what the form's own check says item by item


class ActForm(Form):
    """The form of an act: what it asks, its reason, and, where a party begins a case, how it can be reached;
    ``extra`` items come before them. ``among`` are the values that an item may have here, of those of its code set;
    effects of the act may say what an item is chosen from, in a ``case`` or in any of those that would be ``begun``."""

    def __init__(
        self,
        procedure: Procedure,
        act: Act,
        data: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        initial: Mapping[str, Any] | None = None,
        extra: Sequence[Item] = (),
        among: Mapping[str, Collection[str]] | None = None,
        case: Case | None = None,
        begun: Sequence[Case] = (),
    ) -> None:
        self.procedure, self.act = procedure, act
        chosen: dict[str, dict[str, Text]] = {}
        for one in [case] if case is not None else begun:
            for item, titles in effects.choices_of(act, one).items():
                chosen.setdefault(item, {}).update(titles)
        super().__init__([*extra, *_items(act, among or {}, chosen)], data, key=key, initial=initial)

    def clean(self) -> dict[str, Any]:
        """Find what the checks of rows find wrong."""
        try:
            forms.checked(self.procedure, self.act, self.sent)
        except FormRefused as refused:
            for one in refused.found:
                if one.field not in self.errors:
                    self.add_error(one.field, said(one.words))
        return self.cleaned_data

    def say(self, problem: Problem, at: Mapping[str, str] | None = None) -> None:
        """Say why the act was refused, beside all that is wrong with its items; ``at`` names the items that codes are about."""
        for one in problem.found if isinstance(problem, FormRefused) else ():
            if one.field not in self.errors:
                self.refuse(said(one.words), one.field)
        if problem.code not in _OF_THE_FORM or not self.errors:
            self.refuse(in_words(problem), (at or {}).get(problem.code))


def confirms(procedure: Procedure, act: Act) -> bool:
    """Whether what an act is about to do is shown for checking first: it ends the case, or weighs upon somebody."""
    state = procedure.state_of.get(act.to)
    return act.grave or (state is not None and (state.ends or state.negative))


def _items(act: Act, among: Mapping[str, Collection[str]], chosen: Mapping[str, Mapping[str, Text]]) -> list[Item]:
    made = [_item(field, among.get(field.key), chosen.get(field.key)) for field in act.asks]
    if act.reason is not None:
        key, missing = (STATEMENT, "") if act.begins else (REASON, in_words(RightsError("reason-missing")))
        required = act.reason.required
        made.append(Item(key, said(act.reason.title), Kind.TEXT, required, length=2000, missing=missing))
    if act.begins and any(who.party for who in act.who):
        hint = _("办理人员需要问您时使用，例如电话。进展会在“通知”中告诉您。")
        made.append(Item(CONTACT, _("联系方式"), hint=hint, length=200))
    return made


def _item(field: FieldDef, among: Collection[str] | None, chosen: Mapping[str, Text] | None) -> Item:
    codes = current_pack().on(today()).code_sets.get(field.code_set) if field.code_set else None
    options = tuple((value, said(title)) for value, title in (chosen or {}).items())
    if codes is not None and field.type is FieldType.CODE and codes.open_prefix is None:
        held = [code for code in codes.codes if among is None or code.value in among]
        options = tuple((code.value, said(code.title)) for code in held)
    return Item(
        field.key,
        said(field.title),
        _kind(field, closed=bool(options) or among is not None or chosen is not None),
        field.required is True,
        "" if chosen is not None else _hint(field),
        options,
        field.max_length,
    )


def _kind(field: FieldDef, *, closed: bool) -> Kind:
    if closed:
        return Kind.CHOICE
    if field.type is FieldType.BOOLEAN:
        return Kind.TICK
    if field.type is FieldType.DATE and not field.long_term:
        return Kind.DAY
    if field.type in _DIGITS:
        return Kind.NUMBER
    return Kind.TEXT if field.type is FieldType.TEXT and (field.max_length or SHORT + 1) > SHORT else Kind.LINE


def _hint(field: FieldDef) -> str:
    if field.type in (FieldType.MONEY_WAN, FieldType.MONEY_YUAN):
        return _("单位：万元") if field.type is FieldType.MONEY_WAN else _("单位：元")
    return _("不超过 %(n)s 个字") % {"n": field.max_length} if field.max_length else ""
