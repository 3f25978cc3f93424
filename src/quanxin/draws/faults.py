"""What may be wrong with a draw, and the words for it.

Invariant: whoever refuses and whoever verifies names a fault by the same kind; the words of a kind stand here alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn


class Kind(StrEnum):
    """What is wrong."""

    FORM = "form"
    COMMITMENT = "commitment"
    ENTROPY = "entropy"
    FRAME = "frame"
    SOURCE = "source"
    RANDOMNESS = "randomness"
    REVEAL = "reveal"
    SKIP = "skip"
    QUOTA = "quota"
    ORDER = "order"
    SUBSTITUTE = "substitute"
    INSPECTORS = "inspectors"
    COUNTS = "counts"


WORDS: dict[Kind, tuple[str, str]] = {
    Kind.FORM: ("文件缺失或格式不符", "A file is missing or not in its form"),
    Kind.COMMITMENT: ("抽取前公布的承诺被改动", "What was committed to before the draw was changed"),
    Kind.ENTROPY: ("随机数来源不足以保证任何结果都可能", "The sources are too few for every outcome to be possible"),
    Kind.FRAME: ("抽取名单与公布的指纹或数量不符", "The frame is not the one whose root and sizes were published"),
    Kind.SOURCE: ("随机数来源或其日期与事先公布的不符", "A source of randomness or its day is not as published beforehand"),
    Kind.RANDOMNESS: ("随机数与其来源或对方承诺的秘密不符", "The randomness is not that of its sources and the second secret"),
    Kind.REVEAL: ("揭示的密码与承诺的哈希链不符", "A revealed code does not belong to the committed chain"),
    Kind.SKIP: ("跳过不合事先公布的理由，或跳过名单被改动", "A skip has no reason fixed beforehand, or the skips were changed"),
    Kind.QUOTA: ("抽中数量与公布的比例和上下限不符", "The number drawn does not follow from the published quota"),
    Kind.ORDER: ("抽中的对象或顺序不是随机数决定的", "What was drawn, or its order, does not follow from the randomness"),
    Kind.SUBSTITUTE: ("递补的对象不是下一个密码决定的", "A substitute does not follow from the next code"),
    Kind.INSPECTORS: ("检查人员的选派与名册、回避或顺序不符", "Inspectors do not follow from pool, recusals and order"),
    Kind.COUNTS: ("公布的数量与文件不符", "Published counts are not those of the files"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where: a label, a file, a stratum, a source."""

    kind: Kind
    at: str = ""

    def words(self, language: str) -> str:
        """In words, ``zh`` or ``en``."""
        said = WORDS[self.kind][language == "en"]
        return said + ((": " if language == "en" else "：") + self.at if self.at else "")


class Refused(ValueError):
    """A draw, or a part of one, that cannot be made as asked."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.words("en") for fault in faults))


def refuse(kind: Kind, at: str = "") -> NoReturn:
    raise Refused(Fault(kind, at))
