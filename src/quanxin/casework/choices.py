"""What a department may choose where an effect takes some values of an item only: a list of its own, for instance.

Invariant: who begins a case, on a page, by command or by machine, reads what may be chosen before anything is begun; a
value that is not among them is refused with those that are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from quanxin.calendar import today
from quanxin.casework import effects
from quanxin.casework.errors import FormRefused, Wrong
from quanxin.policy.model import Text
from quanxin.policy.procedure import Procedure
from quanxin.runtime.pack import current_pack

SHOWN = 64  # characters of what was sent


def expect_among(procedure: Procedure, departments: Collection[str], form: Mapping[str, str]) -> None:
    """Raise ``FormRefused`` for values of a beginning that the procedure does not take from the departments."""
    asked = {f.key: f for f in procedure.files.asks}
    found = [
        Wrong(key, _words(asked[key].code_set or "", said, among))
        for key, among in effects.narrowed(procedure, procedure.files, departments).items()
        if (said := form.get(key, "").strip()) and said not in among
    ]
    if found:
        raise FormRefused(found)


def _words(code_set: str, said: str, among: Collection[str]) -> Text:
    held = current_pack().on(today()).code_sets.get(code_set)
    titles = {code.value: code.title for code in held.codes} if held else {}
    name = titles.get(said, Text(zh=said[:SHOWN], en=said[:SHOWN]))
    may = [(titles[value], value) for value in among if value in titles]
    zh, en = "、".join(f"{t.zh}（{v}）" for t, v in may), ", ".join(f"{t.en} ({v})" for t, v in may)
    return Text(
        zh=f"本部门在这里不能选“{name.zh}”，" + (f"可以选：{zh}。" if may else "也没有别的可以选。"),
        en=f"“{name.en}” is not for your department here; " + (f"choose: {en}." if may else "nothing else is either."),
    )
