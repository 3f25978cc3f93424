"""What was asked for and cannot be done: one exception, with a stable code and words that say what to do next.

Invariant: a ``Problem`` has its sentence in Chinese and in English, each a text of its own, and by raising it nothing has
changed. It is kept, logged and shown: persons' numbers that a particular brought into its words are masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from quanxin.identifiers.personal_numbers import mask


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a code as ``str.format`` templates: the sentence, the next step, and the HTTP status that goes with it."""

    zh: str
    en: str
    hint: str = ""  # in Chinese
    hint_en: str = ""
    status: int = 422

    def filled(self, particulars: Mapping[str, object]) -> Wording:
        """The words with the particulars in their places, one that has ``zh`` and ``en`` in the sentence's language."""
        zh, en = ({k: getattr(v, language, v) for k, v in particulars.items()} for language in ("zh", "en"))
        return Wording(
            mask(self.zh.format(**zh)),
            mask(self.en.format(**en)),
            mask(self.hint.format(**zh)),
            mask(self.hint_en.format(**en)),
            self.status,
        )

    def as_problem(self, code: str) -> dict[str, str]:
        """The words as ``Problem.to_json`` gives them, under a code."""
        return {"code": code, "zh": self.zh, "en": self.en, "hint": self.hint, "hint_en": self.hint_en}


Wordings = Mapping[str, Wording]
_EVERYWHERE: Wordings = {"reason-missing": Wording("请写明理由。", "A reason is needed.")}


class Problem(Exception):
    """A refusal in words. Each slice has its subclass, whose ``wordings`` are the slice's one table of codes.

    ``line`` is what the audit keeps of a try that was refused (``accounts.acts``).
    """

    wordings: ClassVar[Wordings] = {}

    def __init__(self, code: str, line: Any = None, /, **particulars: object) -> None:
        words = self.wordings.get(code) or _EVERYWHERE[code]
        self._tell(code, words.filled(particulars))
        self.line, self.particulars = line, particulars

    @classmethod
    def restored(cls, kept: Mapping[str, str]) -> Self:
        """The problem that ``to_json`` gave, its words as they were; the status of a code that has gone is 422."""
        code = kept.get("code", "")
        known = cls.wordings.get(code)
        made = cls.__new__(cls)
        zh, en, hint, hint_en = (kept.get(name, "") for name in ("zh", "en", "hint", "hint_en"))
        made._tell(code, Wording(zh, en, hint, hint_en, known.status if known else 422))
        made.line, made.particulars = None, {}
        return made

    @classmethod
    def reason(cls, text: str | None, code: str = "reason-missing") -> str:
        """The reason that was given, without the blanks around it; where there is none, the problem is raised."""
        if not (given := (text or "").strip()):
            raise cls(code)
        return given

    @property
    def details(self) -> list[dict[str, str]]:
        """What is wrong part by part, where the problem knows: ``where``, ``message``, ``message_en``."""
        return []

    def _tell(self, code: str, words: Wording) -> None:
        self.code, self.words = code, words
        self.zh, self.en, self.hint, self.hint_en, self.status = (
            words.zh, words.en, words.hint, words.hint_en, words.status,
        )  # fmt: skip
        super().__init__(f"{words.zh} / {words.en}")

    def to_json(self) -> dict[str, str]:
        """As JSON that others read: code, zh, en, hint, hint_en."""
        return self.words.as_problem(self.code)
