"""What evaluation makes of the sample city.

Invariant: models come into use as in life: what one office proposes another approves.
"""

from __future__ import annotations

from collections.abc import Callable

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.calendar import today
from quanxin.evaluation import editions, runs
from quanxin.runtime.pack import current_pack

# Two offices of the sample city: what one proposes another approves.
MODELLER = Actor("样例信用中心", frozenset({Role.MODELLER}))
APPROVER = Actor("样例信用办", frozenset({Role.APPROVER}))


def evaluate_city(actor: Actor, tell: Callable[[str], None]) -> dict[str, int]:
    """Put the pack's models in use, in the names of two sample offices, and evaluate; return the subjects of each."""
    for key in sorted(current_pack().on(today()).models):
        if editions.in_use(key) is None:
            proposed = editions.propose(MODELLER, key, reason="样例城市启用政策包中的模型")
            editions.decide(APPROVER, proposed, approved=True, remark="样例城市")
    made = runs.evaluate(actor, on_progress=lambda title: tell(f"评价 {title}"))
    return {run.model: run.subjects for run in made}
