"""A platform whose clock a test moves: the served application, its jobs and its people, at the moment that a file says.

Invariant: it is the platform as it is; only ``calendar.now`` is told another time, for each request and each job.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from quanxin.calendar import travel
from quanxin.runtime import boot
from tests.browser.chosen import everybody_has_chosen

PASSWORD = "七泉映月-Spring-72"
CLOCK = "QX_TEST_CLOCK"  # names the file that says the moment


def then() -> AbstractContextManager[dt.datetime]:
    """The clock at the moment that the file says."""
    return travel(dt.datetime.fromisoformat(Path(os.environ[CLOCK]).read_text(encoding="utf-8").strip()))


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """The platform's application, each answer made at the moment of the file."""
    from quanxin.web.wsgi import application as inner

    with then():
        answer = inner(environ, start)
        try:
            return [b"".join(answer)]
        finally:
            if hasattr(answer, "close"):
                answer.close()


def serve(port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "tests.browser.travelling:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        log_access=False,
    ).serve()


def jobs() -> None:
    """What the worker does every few seconds, and every night."""
    from quanxin.archive import events
    from quanxin.casework import ticking
    from quanxin.evaluation import incremental as scores
    from quanxin.ledger import sequencing
    from quanxin.measures import due, following
    from quanxin.rights import new_record_notices

    for job in (new_record_notices.follow, new_record_notices.tell_open, ticking.tick, scores.follow):
        job()
    for subscriber in (following.CASES, due.LIST):
        events.follow(subscriber)
    sequencing.sequence()
    lists()


def lists() -> None:
    """Check the lists that wait."""
    from quanxin.checks.lists import LISTS
    from quanxin.checks.models import ListRequest
    from quanxin.work import engine

    for number in ListRequest.objects.filter(state="waiting").values_list("pk", flat=True):
        engine.perform(LISTS, number)


def city(folder: str) -> dict[str, Any]:
    """Companies, a penalty of the first of May, people, a consumer; what the test needs to know of them."""
    from quanxin.accounts import operator
    from quanxin.accounts.actors import Role
    from quanxin.accounts.binding import bind
    from quanxin.accounts.people import add_account, add_client
    from quanxin.evaluation import runs
    from quanxin.sharing import subscriptions
    from tests.city import CODES, register
    from tests.evaluation.city import MODEL, put_in_use

    register(Path(folder))
    penalise(folder, "1")
    put_in_use()
    runs.evaluate(operator(), [MODEL])
    add_account(operator(), "owner", password=PASSWORD, email="owner@example.org")
    bind(operator(), "owner", CODES[0], reason="核验营业执照")
    add_account(operator(), "window", password=PASSWORD, role=Role.WINDOW)
    add_account(operator(), "decider", password=PASSWORD, role=Role.DECIDER, provider="market-regulation")
    everybody_has_chosen()
    consumer = subscriptions.add_consumer(operator(), "sample-bank", title="样例征信机构")
    subscriptions.grant(operator(), consumer, "administrative-penalty", purpose="sharing", basis="协议")
    client, secret = add_client(operator(), "sample-bank", consumer="sample-bank", rate=100_000)
    return {"code": CODES[0], "client": [client.application.client_id, secret]}


def matter(folder: str) -> dict[str, Any]:
    """A duty of care of the first company, under the pack of the tests, and the people who have to do with it."""
    from quanxin.accounts import operator
    from quanxin.accounts.actors import Role
    from quanxin.accounts.binding import bind
    from quanxin.accounts.people import add_account
    from tests.casework.duty import PROVIDER, duty
    from tests.city import CODES

    duty(Path(folder))
    add_account(operator(), "owner", password=PASSWORD, name="王掌柜")
    bind(operator(), "owner", CODES[0], reason="核验营业执照")
    for name in ("reviewer", "second"):
        add_account(operator(), name, password=PASSWORD, role=Role.REVIEWER)
    add_account(operator(), "decider", password=PASSWORD, role=Role.DECIDER, provider=PROVIDER)
    everybody_has_chosen()
    return {"code": CODES[0]}


def promises(folder: str) -> dict[str, Any]:
    """The companies, and the people who have to do with the first one's commitments."""
    from quanxin.accounts import operator
    from quanxin.accounts.actors import Role
    from quanxin.accounts.binding import bind
    from quanxin.accounts.people import add_account
    from tests.city import AUTHORITY, CODES, register

    register(Path(folder))
    add_account(operator(), "owner", password=PASSWORD, name="王掌柜")
    bind(operator(), "owner", CODES[0], reason="核验营业执照")
    add_account(operator(), "window", password=PASSWORD, role=Role.WINDOW)
    add_account(operator(), "decider", password=PASSWORD, role=Role.DECIDER, provider="market-regulation")
    everybody_has_chosen()
    return {"code": CODES[0], "authority": AUTHORITY}


def consequences(folder: str) -> dict[str, Any]:
    """The companies, and the people of finance who list, restrain and check."""
    from quanxin.accounts import operator
    from quanxin.accounts.actors import Role
    from quanxin.accounts.binding import bind
    from quanxin.accounts.people import add_account
    from tests.city import CODES, register

    register(Path(folder))
    add_account(operator(), "owner", password=PASSWORD, name="王掌柜")
    bind(operator(), "owner", CODES[0], reason="核验营业执照")
    add_account(operator(), "window", password=PASSWORD, role=Role.WINDOW)
    add_account(operator(), "finance", password=PASSWORD, role=Role.DECIDER, provider="finance")
    everybody_has_chosen()
    return {"code": CODES[0]}


def supervised(folder: str) -> dict[str, Any]:
    """Two companies and one that is closed, a department with its inspectors, and everybody who has to do with a draw."""
    from quanxin.accounts import operator
    from quanxin.accounts.actors import Role
    from quanxin.accounts.binding import bind
    from quanxin.accounts.people import add_account
    from quanxin.supervision.models import Inspector
    from tests.city import AUTHORITY, CODES, hand_in, registration
    from tests.supervision.drawing.life import PROVIDER, department

    department(Path(folder))
    hand_in(Path(folder), "enterprise-registration", [registration(2, state="注销")], name="closed.csv")
    for n in (0, 1):
        add_account(operator(), f"owner-{n}", password=PASSWORD, name="王掌柜")
        bind(operator(), f"owner-{n}", CODES[n], reason="核验营业执照")
    for name in ("clerk", "other"):
        add_account(operator(), name, password=PASSWORD, role=Role.DECIDER, provider=PROVIDER)
    for name, role in (("leader", Role.SUPERVISOR), ("reviewer", Role.REVIEWER)):
        add_account(operator(), name, password=PASSWORD, role=role)
    for name, card in (("inspector", "SD-370100-1"), ("colleague", "SD-370100-2")):
        add_account(operator(), name, password=PASSWORD, role=Role.INSPECTOR, provider=PROVIDER)
        Inspector.objects.filter(card=card).update(account=name)
    Inspector.objects.filter(account="").delete()
    everybody_has_chosen()
    return {"code": CODES[0], "authority": AUTHORITY}


def lead(number: str) -> str:
    """Begin an inspection of a company because of a lead; the number of its case."""
    from quanxin.calendar import today
    from tests.supervision.inspecting.life import begun

    return begun(int(number), window=(today(), today() + dt.timedelta(days=20))).number


def withdraw(number: str) -> str:
    """Withdraw an inspection that was assigned; the state of its case."""
    from quanxin.casework import engine
    from tests.supervision.inspecting.life import DEPARTMENT

    return engine.perform(DEPARTMENT, number, "withdraw", {"reason": "企业已停业"}).state


def authenticator(name: str) -> str:
    """Give somebody who is signed in already an authenticator; its secret."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    from quanxin.accounts.models import User

    secret: str = generate_totp_secret()
    TOTP.activate(User.objects.get(username=name), secret)
    return secret


def no_authenticator(name: str) -> int:
    """Take the factors from somebody who signs in by name and password later on; how many there were."""
    from allauth.mfa.models import Authenticator

    return int(Authenticator.objects.filter(user__username=name).delete()[0])


def penalise(folder: str, number: str) -> None:
    """A penalty of the first company under the tiers of Order 36."""
    from tests.city import hand_in, penalty

    row = penalty(0, f"济历罚〔2026〕{number}号", decision_date="2026-05-12", valid_until="2027-05-12")
    hand_in(Path(folder), "administrative-penalty", [row], name=f"penalty-{number}.csv")


def obey() -> None:
    """Do what each line asks, at the moment of the file, and answer with a line."""
    made = (
        jobs,
        city,
        matter,
        promises,
        consequences,
        supervised,
        lead,
        withdraw,
        authenticator,
        no_authenticator,
        penalise,
    )
    known: dict[str, Callable[..., Any]] = {one.__name__: one for one in made}
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        with then():
            sys.stdout.write(json.dumps(known[what](*arguments)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    boot.setup()
    serve(int(sys.argv[1])) if sys.argv[1:] else obey()
