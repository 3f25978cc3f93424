"""Organisation names taken apart: region, trade name (字号), trade, legal form, branch, former names.

Invariant: taking a name apart never makes it another: ``norm`` is the whole name as everything else compares it, the
parts are for comparing two names only. A part that is not there is empty; nothing is guessed from a name about whom
it belongs to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from quanxin.engine import normalise_name
from quanxin.subjects.vocabulary import Form, Vocabulary, vocabulary

_BRACKET = re.compile(r"\(([^()]*)\)")
_FORMER = re.compile(r"^(?:曾用名|原名称|原名|原企业名称|原称|更名前|变更前|原|前身)(?:为|是)?[::]?(.{2,})$")
_OTHER = re.compile(r"^(?:简称|又名|又称|别名|从属名称|第[一二三]名称)[::](.{2,})$")
_ORDINAL = re.compile(r"\((?:第?[一二三123]名称?|[一二三123])\);?")
_COUNTY = re.compile(
    r"^([一-龥]{2,3}?)(?:市(?![政场民容郊])|县|旗)(?=.)|^([一-龥]{1,3}?)(?:新区|开发区|工业园区|区)(?=.)"
)
_TOWN = re.compile(r"^([一-龥]{2,3}?)(?:镇|乡|街道)(?!办)(?=.)")
_TAIL = re.compile(r"[;:、,.]+$")


@dataclass(frozen=True, slots=True)
class OrganisationName:
    """A name and its parts.

    ``region`` holds places from the widest to the narrowest without 省, 市, 区 and the like; ``trade`` is the 字号,
    ``industry`` what follows it before the form; ``form`` the canonical legal form. Of a branch's name these are the
    head's, ``head`` is the head's whole name and ``branch`` what stands behind it. ``former`` and ``others`` are
    names that the text itself gives beside its own; ``remarks`` what else stood in brackets.
    """

    norm: str
    region: tuple[str, ...] = ()
    trade: str = ""
    industry: str = ""
    form: str = ""
    kind: str = ""
    head: str = ""
    branch: str = ""
    former: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def is_organisation(self) -> bool:
        """Whether the words alone show an organisation: a form, a trade or a place stands in it."""
        return bool(self.form or self.industry or self.region)


def parse(text: str, words: Vocabulary | None = None) -> OrganisationName:
    """Take a name apart by the words of today's pack, or by ``words``."""
    words = words or vocabulary()
    norm = normalise_name(text)
    own, beside = _names_beside(norm)
    core, found = _open_brackets(own, words)
    name = replace(found, norm=norm, others=(*beside, *found.others))
    head, branch = _split_branch(core, words)
    if branch:
        name = replace(name, head=head, branch=branch)
    name = _parts(name, head, words)
    return replace(name, form=found.form or name.form, kind=found.kind or name.kind)


def _names_beside(norm: str) -> tuple[str, list[str]]:
    """Names counted (一)(二) or (第一名称)(第二名称): the first, and the rest."""
    names = [_TAIL.sub("", part) for part in _ORDINAL.split(norm)]
    names = [n for n in names if n]
    return (names[0], names[1:]) if len(names) > 1 else (norm, [])


def _open_brackets(text: str, words: Vocabulary) -> tuple[str, OrganisationName]:
    """The text without brackets, and what they said: a place, a form, a former or another name, or a remark."""
    region: list[str] = []
    form: list[Form] = []
    kept: dict[str, list[str]] = {"former": [], "others": [], "remarks": []}

    def open_one(match: re.Match[str]) -> str:
        inner = match[1]
        if former := _FORMER.match(inner):
            kept["former"].append(former[1])
        elif other := _OTHER.match(inner):
            kept["others"].append(other[1])
        elif inner in words.forms and _ending(match.string[: match.start()], words):
            form.append(words.forms[inner])  # 某某厂(普通合伙): the form behind the form
        elif inner in words.forms or inner in words.trades:
            return inner
        elif places := _only_places(inner, words):
            region.extend(places)
        elif (end := _ending(inner, words)) and end[1].kind == "company" and len(inner) > len(end[0]) + 2:
            kept["others"].append(inner)
        elif inner:
            kept["remarks"].append(inner)
        return ""

    while _BRACKET.search(text):
        text = _BRACKET.sub(open_one, text)
    text = _TAIL.sub("", text.replace("(", "").replace(")", ""))  # a bracket without its other half says nothing
    last = form[-1] if form else Form("", "")
    return text, OrganisationName(
        "",
        tuple(region),
        form=last.value,
        kind=last.kind,
        former=tuple(kept["former"]),
        others=tuple(kept["others"]),
        remarks=tuple(kept["remarks"]),
    )


def _only_places(text: str, words: Vocabulary) -> list[str]:
    """The places of a text that is nothing but places, 中国 included; else none."""
    if text == "中国":
        return [text]
    places, rest = _take_region(text + "。", words)
    return places if rest == "。" else []


def _split_branch(core: str, words: Vocabulary) -> tuple[str, str]:
    """The head's name and the branch's part behind it, or the whole name and nothing.

    A branch's name begins with its head's whole name: what stands behind the last legal form of a company or a
    cooperative is the branch, unless it ends in such a form itself.
    """
    last = _ending(core, words)
    if last and last[1].kind in ("company", "cooperative"):
        return core, ""
    for end in range(len(core) - 1, 2, -1):
        form = _ending(core[:end], words)
        if form and form[1].kind in ("company", "cooperative") and end - len(form[0]) >= 2:
            return core[:end], core[end:]
    return core, ""


def _parts(name: OrganisationName, text: str, words: Vocabulary) -> OrganisationName:
    """Region, trade name, trade and form of a text without brackets and branch."""
    form = _ending(text, words)
    rest = text[: -len(form[0])] if form else text
    region, core = _take_region(rest, words)
    trade, industry = _split_trade(core, words)
    return replace(
        name,
        region=(*region, *(p for p in name.region if p not in region)),
        trade=trade,
        industry=industry,
        form=form[1].value if form else "",
        kind=form[1].kind if form else "",
    )


def _ending(text: str, words: Vocabulary) -> tuple[str, Form] | None:
    """The longest form that a text ends in."""
    for start in range(max(0, len(text) - words.longest), len(text)):
        if form := words.forms.get(text[start:]):
            return text[start:], form
    return None


def _take_region(text: str, words: Vocabulary) -> tuple[list[str], str]:
    """Places at the beginning of a text, and the rest, which is never empty."""
    places: list[str] = []
    while len(text) > 1:
        found = _known_place(text, words) or _marked_place(text)
        if not found or len(found[1]) >= len(text):
            break
        name, written = found
        places.append(name)
        text = text[len(written) :]
    return places, text


def _known_place(text: str, words: Vocabulary) -> tuple[str, str] | None:
    """A place of the pack at the beginning: its bare name, and as it is written there."""
    for length in range(min(words.longest, len(text)), 1, -1):
        if bare := words.places.get(text[:length]):
            written = text[:length]
            if written.endswith("市") and text[length:].startswith(("政", "场", "民", "容", "郊")):
                return bare, written[:-1]  # 甲乙市政工程 is of 甲乙 and builds 市政工程
            if written == bare and length < len(text) and text[length] in "区县市" and not _begins_word(text[length:]):
                written += text[length]
            return bare, written
    return None


def _begins_word(text: str) -> bool:
    return text.startswith(("市政", "市场", "市民", "市容", "市郊", "市中"))


def _marked_place(text: str) -> tuple[str, str] | None:
    """A place that says itself that it is one: 寿光市, 平邑县, 岗山镇."""
    if found := _COUNTY.match(text) or _TOWN.match(text):
        return next(g for g in found.groups() if g), found[0]
    return None


def _split_trade(core: str, words: Vocabulary) -> tuple[str, str]:
    """The trade name, and the words of the trade behind it, which are taken from the end, longest first."""
    end = len(core)
    while end:
        sizes = range(min(words.longest, end), 0, -1)
        size = next((n for n in sizes if core[end - n : end] in words.trades), 0)
        if not size:
            break
        end -= size
    return core[:end], core[end:]
