"""What happened before the browser looks: run in the data directory of the site, as its people would by their own pages.

``python -m tests.browser.my_scene prepare CODE`` makes the people, ``advance`` moves what was filed to its next step.
"""

from __future__ import annotations

import sys

from quanxin.runtime.boot import setup
from tests.browser.chosen import everybody_has_chosen
from tests.casework.acts import Kind, State

PASSWORD = "七泉映月-Spring-72"


def prepare(code: str) -> None:
    """The representative of a subject, a bank that reads by consent, a clerk of the counter, and the notices."""
    from quanxin.accounts import operator
    from quanxin.accounts.actors import Role
    from quanxin.accounts.binding import bind
    from quanxin.accounts.people import add_account, add_organisation
    from quanxin.rights import new_record_notices

    by = operator()
    add_account(by, "boss", password=PASSWORD, name="王掌柜")
    add_account(by, "helper", password=PASSWORD, name="李会计")
    add_account(by, "counter", password=PASSWORD, role=Role.WINDOW)
    everybody_has_chosen()
    bind(by, "boss", code, reason="核验营业执照和授权书")
    add_organisation(by, "spring-bank", name="泉城样例银行", kind="bank")
    while new_record_notices.follow():
        pass


def advance() -> None:
    """Each open case takes its next step: passed on, accepted, then asked about (a repair) or dismissed (an objection)."""
    from quanxin.accounts import operator
    from quanxin.casework.models import Case
    from tests.casework.acts import OPEN_STATES, cases, objections, repairs

    by = operator()
    for case in Case.objects.filter(state__in=OPEN_STATES, kind__in=(Kind.REPAIR, Kind.OBJECTION)):
        repair = case.kind == Kind.REPAIR
        if case.state == State.FILED:
            cases.forward(by, case.number)
        elif case.state == State.FORWARDED:
            (repairs.accept if repair else objections.take_up)(by, case.number)
        elif case.state == State.ACCEPTED and repair and not case.steps.filter(act="ask").exists():
            cases.ask(by, case.number, "请补充缴款凭证：上传的照片看不清金额。")
        elif case.state == State.ACCEPTED and repair:
            repairs.grant(by, case.number, performed=True)
        elif case.state == State.ACCEPTED:
            objections.dismiss(by, case.number, "经核对现场笔录和照片，处罚决定书所载事实无误。")


if __name__ == "__main__":
    setup()
    prepare(sys.argv[2]) if sys.argv[1] == "prepare" else advance()
