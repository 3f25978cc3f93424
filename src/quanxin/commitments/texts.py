"""The text of a commitment as it is signed.

Invariant: the text is made once, when it is offered, of the template of that day and what the case says; its SHA-256 is that
of its UTF-8 bytes. Chinese is what is signed; a translation only helps to read it. No name of a natural person is in it.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from quanxin.policy.commitments import Template
from quanxin.policy.model import Text
from quanxin.runtime.free_text import masked
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject


def template_on(key: str, day: dt.date) -> Template | None:
    """The version of a template that is in force on a day."""
    return current_pack().on(day).commitments.get(key)


def edition_of(key: str, first: dt.date) -> Template | None:
    """The version of a template by its first day."""
    return next((one for one in current_pack().commitments if (one.key, one.in_force.from_) == (key, first)), None)


def title_of(key: str) -> Text:
    """What a template is called, in its latest version."""
    return next((one.title for one in reversed(current_pack().commitments) if one.key == key), Text(zh=key, en=key))


def authority(provider: str) -> str:
    """The name of a department."""
    known = current_pack().providers.get(provider)
    return known.title.zh if known else provider


def written(
    template: Template,
    subject: Subject,
    provider: str,
    matter: str,
    *,
    told: str = "",
    supply_by: dt.date | None = None,
) -> str:
    """The whole text; ``told`` is what is missing, ``supply_by`` the day by which it is handed in."""
    who = "申请人本人" if subject.natural else f"{subject.name}（{subject.code}）"
    duties = [f"（{n}）{duty.title.zh}：{duty.text.zh}" for n, duty in enumerate(template.duties, start=1)]
    parts = [
        template.title.zh,
        f"承诺人：{who}\n受理单位：{authority(provider)}\n承诺事由：{matter}",
        f"承诺内容：\n{template.text.zh}",
        "承诺事项：\n" + "\n".join(duties),
        f"违诺责任：\n{template.liability.zh}",
        f"公开类型：{template.publicity}",
    ]
    if told:
        parts.append(f"告知的缺少材料、形式和后果：\n{told}")
    if supply_by is not None:
        parts.append(f"补正期限：{supply_by.isoformat()}")
    elif template.validity_months:
        parts.append(f"有效期：自生效之日起{template.validity_months}个月")
    return str(masked("\n\n".join(parts)))


def digest(text: str) -> str:
    """The SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
