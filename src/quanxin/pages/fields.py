"""Forms that a person fills in, shown by one field template (``pages/_field.html``).

Invariant: what was filled in is shown again, and everything that is wrong is said at once: in a summary at the top that
leads to each field, and at the field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django import forms
from django.utils.translation import gettext as _

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Kind(StrEnum):
    """How an item is filled in."""

    LINE = "line"
    TEXT = "text"  # several lines
    DAY = "day"
    NUMBER = "number"
    TICK = "tick"
    CHOICE = "choice"
    SEVERAL = "several"  # any number of the choices
    HIDDEN = "hidden"  # kept, and not asked


@dataclass(frozen=True, slots=True)
class Item:
    """An item that a form asks for, its words in the page's language.

    ``options`` are the value and words of each choice; ``missing`` is what is said where a required item is empty;
    ``length`` is in characters, None for any; ``blank`` the words of a choice that is not made. A ``private`` one may name
    somebody: a filter never reads it from an address.
    """

    key: str
    title: str
    kind: Kind = Kind.LINE
    required: bool = False
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    length: int | None = None
    missing: str = ""
    blank: str = ""
    private: bool = False


class Form(forms.Form):
    """A form of ``items``. ``key`` comes before the ids of its fields, where a page has several forms."""

    def __init__(
        self,
        items: Sequence[Item],
        data: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, auto_id=f"{key}-%s" if key else "%s")
        for item in items:
            kept = (data if data is not None else initial or {}).get(item.key)
            self.fields[item.key] = _field(item, "" if kept is None else str(kept))
            self.initial[item.key] = bool(kept) if item.kind is Kind.TICK else kept
            if item.kind is Kind.SEVERAL:
                self.initial[item.key] = str(kept or "").split()

    @property
    def sent(self) -> dict[str, str]:
        """What the form says as text, item by item; "1" for a tick, "" for what is empty, several with spaces between."""
        return {key: _as_text(value) for key in self.fields if (value := self[key].value()) is not None}

    @property
    def answers(self) -> list[tuple[str, str]]:
        """What the form says in words, for whoever sends it to check."""
        return [(str(self.fields[key].label), _in_words(self.fields[key], text)) for key, text in self.sent.items()]

    def refuse(self, words: str, key: str | None = None) -> None:
        """Say that something is wrong: with the item of a key, or with the whole."""
        if not hasattr(self, "cleaned_data") and not self.errors:  # nothing was found yet, or nothing was sent
            self.cleaned_data: dict[str, Any] = {}
        self.add_error(key if key in self.fields else None, words)


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "").strip()


def _in_words(field: forms.Field, text: str) -> str:
    if isinstance(field, forms.BooleanField):
        return _("是") if text else _("否")
    if isinstance(field, forms.MultipleChoiceField):
        titles = dict(field.choices)  # type: ignore[arg-type]
        return _("、").join(str(titles.get(one, one)) for one in text.split())
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(text, text))  # type: ignore[arg-type]
    return text


def _field(item: Item, kept: str) -> forms.Field:
    said: dict[str, Any] = {
        "label": item.title, "required": item.required, "help_text": item.hint,
        "error_messages": {"required": item.missing or _("请填写：%(what)s") % {"what": item.title}},
    }  # fmt: skip
    if item.kind is Kind.TICK:
        ticked = forms.CheckboxInput(attrs={"class": "form-check-input", "value": "1"})
        return forms.BooleanField(widget=ticked, **said)
    if item.kind is Kind.HIDDEN:
        return forms.CharField(widget=forms.HiddenInput(), **said)
    if item.kind is Kind.SEVERAL:
        ticks = forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})
        said["error_messages"] |= {"invalid_choice": _("请从列表中选择。")}
        return forms.MultipleChoiceField(choices=item.options, widget=ticks, **said)
    if item.kind is Kind.CHOICE:
        chosen = forms.Select(attrs={"class": "form-select"})
        words = {
            "invalid_choice": _("请从列表中选择。"),
            "required": item.missing or _("请选择：%(what)s") % {"what": item.title},
        }
        said["error_messages"] |= words
        return forms.ChoiceField(choices=[("", item.blank or _("请选择")), *item.options], widget=chosen, **said)
    return forms.CharField(widget=_box(item, kept), **said)


def _box(item: Item, kept: str) -> forms.Widget:
    attrs: dict[str, Any] = {"class": "form-control", "autocomplete": "off"}
    if item.length:
        attrs["maxlength"] = item.length
    if item.kind is Kind.TEXT:
        return forms.Textarea(attrs=attrs | {"rows": 4})
    if item.kind is Kind.NUMBER:
        attrs["inputmode"] = "decimal"
    made = forms.TextInput(attrs=attrs)
    if item.kind is Kind.DAY and (not kept or ISO_DAY.fullmatch(kept)):  # a calendar would show nothing else
        made.input_type = "date"
    return made
