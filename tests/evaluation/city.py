"""Evaluated companies, and who evaluates them.

Invariant: whoever proposes is not who approves, as in life.
"""

from __future__ import annotations

from quanxin.accounts import operator
from quanxin.accounts.actors import Actor, Role
from quanxin.archive import viewers
from quanxin.archive.viewers import Viewer
from quanxin.evaluation import editions
from quanxin.evaluation.models import Edition
from quanxin.subjects.models import Subject
from tests.city import CODES

MODEL = "public-enterprise"
MODELLER = Actor("modeller", frozenset({Role.MODELLER}))
APPROVER = Actor("approver", frozenset({Role.APPROVER}))


def put_in_use(*keys: str) -> list[Edition]:
    """Propose and approve the pack's editions of models."""
    made = []
    for key in keys or (MODEL,):
        proposed = editions.propose(MODELLER, key, reason="启用")
        made.append(editions.decide(APPROVER, proposed, approved=True, remark="同意"))
    return made


def company(n: int) -> Subject:
    return Subject.objects.get(code=CODES[n])


def centre() -> Viewer:
    return viewers.centre(operator(), "核对评价")
