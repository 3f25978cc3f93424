"""Makes cases in a running city, for the tests that look at their pages: ``python -m tests.browser.filing CODE NAME``.

Invariant: everything is done by the acts that people's pages call; the numbers of the cases are printed as JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
from io import BytesIO
from pathlib import Path


def main(code: str, name: str) -> None:
    """Four penalties of a subject: a repair filed, one accepted, one granted; an objection taken up. A second look too."""
    from quanxin.runtime import boot

    boot.setup()
    from quanxin.accounts import operator
    from quanxin.accounts.actors import Actor, Assignment, Role
    from quanxin.archive.models import Record
    from quanxin.attachments.accept import accept
    from quanxin.calendar import today
    from quanxin.casework.parties import Party
    from quanxin.sharing import subscriptions
    from quanxin.subjects.queries import find
    from tests.attachments.making import printed
    from tests.casework.acts import cases, objections, repairs
    from tests.city import hand_in, penalty

    owner = Actor("user:owner", frozenset())
    window = Actor("user:wang", frozenset({Role.WINDOW}))
    decider = Actor("user:decider", [Assignment(Role.DECIDER, "market-regulation")])
    category = "个体工商户" if code.startswith("92") else "法人及非法人组织"
    decided = (today() - dt.timedelta(days=200)).isoformat()
    until = (today() + dt.timedelta(days=160)).isoformat()
    rows = [
        penalty(
            0,
            f"济历罚〔2026〕办{n}号",
            subject_name=name,
            uscc=code,
            subject_category=category,
            decision_date=decided,
            valid_until=until,
        )
        for n in range(4)
    ]
    with tempfile.TemporaryDirectory() as folder:
        hand_in(Path(folder), "administrative-penalty", rows)
    found = Record.objects.filter(resource="administrative-penalty", superseded_at=None)
    records = [r for n in range(4) for r in found if r.payload["document_number"].endswith(f"办{n}号")]
    subject = find(code)
    assert subject is not None
    party = Party(owner, subject)
    consumer = subscriptions.add_consumer(operator(), "sample-bank", title="样例银行")
    subscriptions.grant(operator(), consumer, "administrative-penalty", purpose="sharing", basis="协议")
    proof = accept(owner, BytesIO(printed()), name="缴款凭证.pdf", kind="proof-of-performance", subject_id=subject.pk)
    filed = repairs.apply(party, records[0], committed=True, proof=[str(proof.pk)], contact="张三 0531-86000000")
    accepted = repairs.apply(party, records[1], committed=True, ask_department=True)
    granted = repairs.apply(party, records[2], committed=True, ask_department=True)
    objection = objections.object_to(party, "罚款金额有误，应为0.3万元，详见决定书第二页。", record=records[3])
    for case in (accepted, granted, objection):
        cases.forward(window, case.number)
    for case in (accepted, granted):
        repairs.accept(decider, case.number)
        cases.give_back(decider, case.number)
    repairs.grant(decider, granted.number, performed=True, note="已核实缴款。")
    objections.take_up(decider, objection.number)
    numbers = {"filed": filed, "accepted": accepted, "granted": granted, "objection": objection}
    print(json.dumps({key: case.number for key, case in numbers.items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
