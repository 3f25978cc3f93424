"""Headers to fields, by what is written and never by position.

Invariant: a column is a field because its header names that field, in the catalogue or in the department's mapping;
a header that names none is refused by name, one that could name two counts as unknown, and no field is read twice.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quanxin.intake.errors import IntakeError
from quanxin.intake.reading import units
from quanxin.policy.model import Resource

# Columns that say nothing about a record: the running number, and what this platform wrote into a returned file.
SERIAL = frozenset({"序号", "行号", "顺序号", "no"})
RETURNED = ("处理结果", "问题说明", "文件位置")
IGNORED = SERIAL | set(RETURNED)
# Remarks to the person who fills the form in, not part of the name; a unit such as （元） is part of the name.
_REMARK = re.compile(
    r"[(\[【（〔](?:[非]?必[填选]项?|[选可][填选]项?|日期格式[^)\]】）〕]*|y{4}.*?|文本|字典)[)\]】）〕]"
)


def normalise(header: str) -> str:
    """What two headers share when they say the same: half width, lower case, no spaces, brackets or punctuation."""
    text = unicodedata.normalize("NFKC", header).casefold()
    return "".join(c for c in text if unicodedata.category(c)[0] in "LN")


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a file: for each its header as written and the field it is, or None for one that is not read.

    ``blank`` are the positions of columns without a header: what stands there is surplus. ``units`` has for each column
    what is to be written beside its bare numbers, or None.
    """

    written: tuple[str, ...]
    keys: tuple[str | None, ...]
    blank: tuple[int, ...]
    serial: tuple[int, ...]
    units: tuple[str | None, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The field keys that the file has, in its order."""
        return tuple(k for k in self.keys if k is not None)

    @property
    def beside(self) -> dict[str, str]:
        """Field key → the unit of its bare numbers, of those columns that have one to be written."""
        return {k: u for k, u in zip(self.keys, self.units, strict=True) if k is not None and u is not None}

    @property
    def headers(self) -> dict[str, str]:
        """Header as written → field key."""
        return {w: k for w, k in zip(self.written, self.keys, strict=True) if k is not None}

    @property
    def ignored(self) -> tuple[str, ...]:
        """Headers that were left aside, by rule or by the mapping."""
        pairs = zip(self.written, self.keys, strict=True)
        return tuple(w for w, k in pairs if k is None and w.strip())


class Matcher:
    """The names that a resource's fields go by, the department's mapping over all."""

    def __init__(self, resource: Resource, mapping: Mapping[str, str | None] | None = None) -> None:
        """Raises ``IntakeError`` if the mapping names a field that the resource lacks."""
        self.resource = resource
        known = {f.key for f in resource.fields}
        if unknown := sorted({v for v in (mapping or {}).values() if v is not None} - known):
            raise IntakeError("mapping-field-unknown", fields="、".join(unknown), known="、".join(sorted(known)))
        self._mapped = {normalise(h): k for h, k in (mapping or {}).items()}
        self._tiers = [
            _unambiguous([(f.key, f.key) for f in resource.fields]),
            _unambiguous([(f.code, f.key) for f in resource.fields if f.code]),
            _unambiguous([(f.title.zh, f.key) for f in resource.fields]),
            _unambiguous([(a, f.key) for f in resource.fields for a in f.aliases]),
            _unambiguous([(f.title.en, f.key) for f in resource.fields]),
        ]
        money = [f for f in resource.fields if f.type in units.MONEY]
        self._money = _unambiguous([(units.of_header(h)[1], f.key) for f in money for h in (f.title.zh, *f.aliases)])

    def find(self, header: str) -> str | None:
        """The field that a header names, or None."""
        for text in (header, _REMARK.sub("", header)):
            name = normalise(text)
            if name in self._mapped:
                return self._mapped[name]
            for tier in self._tiers:
                if name in tier:
                    return tier[name]
        unit, rest = units.of_header(_REMARK.sub("", header))
        return self._money.get(normalise(rest)) if unit else None

    def dropped(self, header: str) -> bool:
        """Whether a header is left aside: blank, a running number, or mapped to nothing on purpose.

        What this platform writes into a returned file is left aside too, unless the resource has a field of that name.
        """
        name = normalise(header)
        if name in self._mapped:
            return self._mapped[name] is None
        return not name or (name in IGNORED and self.find(header) is None)

    def score(self, headers: Sequence[str]) -> int:
        """How many of the cells name a field; 0 unless one of them says whom a row is about."""
        found = {k for h in headers if (k := self.find(h))}
        subject = self.subject_fields()
        return len(found) if not subject or found & subject else 0

    def subject_fields(self) -> set[str]:
        """The fields that may say whom a row is about."""
        s = self.resource.subject
        fields = (s.name, s.code, s.registration_number, s.organisation_code, s.identity)
        return {f for f in fields if f}

    def layout(self, headers: Sequence[str], above: Sequence[str] = ()) -> Layout:
        """The columns of a header row; raises ``IntakeError`` for unknown headers and for a field named twice.

        ``above`` are the texts that stand above it: one of them may state the unit of the columns that state none.
        """
        returned = len(RETURNED) if tuple(map(normalise, headers[: len(RETURNED)])) == RETURNED else 0
        keys = [None if i < returned or self.dropped(h) else self.find(h) for i, h in enumerate(headers)]
        told = list(zip(headers, keys, strict=True))[returned:]
        unknown = [h for h, k in told if k is None and not self.dropped(h)]
        if unknown:
            raise IntakeError("file-column-unknown", columns="；".join(self._suggest(h) for h in unknown))
        twice = {k: [h for h, other in zip(headers, keys, strict=True) if other == k] for k in keys if k}
        if clashes := [f"{'、'.join(h)} → {k}" for k, h in twice.items() if len(h) > 1]:
            raise IntakeError("file-column-twice", columns="；".join(clashes))
        blank = tuple(i for i, h in enumerate(headers) if not normalise(h) and keys[i] is None)
        serial = tuple(i for i, h in enumerate(headers) if keys[i] is None and normalise(h) in IGNORED)
        stated = units.above(above)
        beside = (self._beside(h, k, stated) for h, k in zip(headers, keys, strict=True))
        return Layout(tuple(headers), tuple(keys), blank, serial, tuple(beside))

    def _beside(self, header: str, key: str | None, stated: str | None) -> str | None:
        """What is written beside the bare numbers of a column."""
        return units.beside(self.resource.field(key), units.of_header(header)[0] or stated) if key else None

    def unmatched(self, found: Sequence[str]) -> IntakeError:
        """The error for a file where no row names the fields of the resource."""
        title = self.resource.title
        seen = "、".join(h.strip()[:40] for h in found[:20] if h.strip()) or "—"
        expected = "、".join(f.title.zh for f in self.resource.fields[:12])
        return IntakeError(
            "file-headers-unmatched", resource=title.zh, resource_en=title.en, found=seen, expected=expected
        )

    def _suggest(self, header: str) -> str:
        names = {n: k for tier in reversed(self._tiers) for n, k in tier.items()}
        near = difflib.get_close_matches(normalise(header), list(names), n=3, cutoff=0.5)
        titles = list(dict.fromkeys(self.resource.field(names[n]).title.zh for n in near))
        return f"“{header.strip()[:60]}”" + (f"（是否为 {'、'.join(titles)}？）" if titles else "")


def _unambiguous(names: list[tuple[str, str]]) -> dict[str, str]:
    """Normalised name → field key, without the names that two fields share."""
    found: dict[str, set[str]] = {}
    for name, key in names:
        found.setdefault(normalise(name), set()).add(key)
    return {name: next(iter(keys)) for name, keys in found.items() if len(keys) == 1 and name}
