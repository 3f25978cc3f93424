"""Whoever guesses is shown nothing: every address that takes a part, by every caller, with what really exists for others.

The addresses come from the map of addresses, so that a new one is tried by itself; what stands for their parts are the ids,
codes and numbers of others' things and their neighbours. Whoever may see a thing is told by ``ENTITLED``, and does see it.
"""

from __future__ import annotations

import io
import itertools
import json
import re
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.urls.resolvers import URLPattern

import quanxin
from quanxin.accounts.actors import Role
from quanxin.accounts.agency import Scope
from quanxin.accounts.models import ApiClient, AuditLine
from quanxin.casework.models import Case
from quanxin.runtime.keys import sealer
from tests.access import scene as city
from tests.access.scene import ADULT, FAR, Scene, at_counter, browser, standing_for
from tests.access.test_matrix import BODIES, PARTS, as_machine
from tests.city import CODES

pytestmark = pytest.mark.django_db
AT_LEAST = 150  # of each caller, so more than 3,000 of all
TRIES = 3  # of each address, by each caller, with others' things; those of its parts that exist together come first
PLAIN = {"confirmed": "1", "reason": "试", "statement": "试", "kind": "revoked", "outcome": "failed", "purpose": "核对"}
ACTS = {
    "desk:case-act": ["give-back", "find-false", "claim", "forward", "grant"],
    "my:act": ["retract", "answer", "supply"],
}
BEGUN = ["objection", "repair"]
IN_BATCHES = {"desk:batch", "desk:annotated", "desk:row", "desk:replay", "desk:take-back"}
HUGE, NUL = "9" * 25, "a\0b"
LEAVING = {"accounts:end-session", "desk:sign-out", "my:leave-counter"}
# Who may see what of company 0's, the person's, and market regulation's. Whoever is not named sees nothing of it.
CASE = {"claim", "phone", "paper", "bytes", "conduct"}
ENTITLED = {"auditor": CASE | {"text", "name"}}

# What any page reads from its query.
SOURCE = Path(quanxin.__file__).parent
READ = re.compile(r"""(?:GET|asked)(?:\.get)?[(\[]"([\w-]+)""")
QUERY = sorted({name for p in SOURCE.rglob("*.py") for name in READ.findall(p.read_text(encoding="utf-8"))})

CALLERS: dict[str, Callable[[], Client]] = {
    "anonymous": lambda: Client(raise_request_exception=False),
    "stranger": lambda: browser("stranger"),
    "subject": lambda: standing_for(1, "rival"),
    "agent": lambda: city.agent_of(1, "rival-agent", *Scope),
    "counter": lambda: at_counter(1, "counter-clerk"),  # at the desk a clerk of this district sees cases: not asked there
    "provider-machine": lambda: as_machine(provider="taxation"),
    "consumer-machine": lambda: as_machine(consumer="rival-consumer"),
    Role.INTAKE.value: lambda: browser("intake", Role.INTAKE, provider="taxation"),
    Role.DECIDER.value: lambda: browser("decider-of-tax", Role.DECIDER, provider="taxation"),
} | {
    role.value: (lambda role=role: browser(f"far-{role}", role, district=FAR))  # type: ignore[misc]
    for role in (Role.WINDOW, Role.REVIEWER, Role.CENTRE, Role.SUPERVISOR)
} | {
    role.value: (lambda role=role: browser(f"some-{role}", role))  # type: ignore[misc]
    for role in (Role.STEWARD, Role.MODELLER, Role.APPROVER, Role.BANK, Role.PERSONNEL, Role.AUDITOR, Role.ADMINISTRATOR)
}  # fmt: skip


def addresses() -> Iterator[tuple[str, dict[str, str]]]:
    """Every address, with the kind of each of its parts."""

    def walk(resolver: Any, spaces: str) -> Iterator[tuple[str, URLPattern]]:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern, spaces + (f"{pattern.namespace}:" if pattern.namespace else ""))
            else:
                yield f"{spaces}{pattern.name}", pattern

    for name, pattern in walk(get_resolver(), ""):
        yield name, {part: type(kind).__name__ for part, kind in pattern.pattern.converters.items()}


class Guesses:
    """What stands for a part of an address: what exists for others, and what lies beside it."""

    def __init__(self, scene: Scene) -> None:
        person, ids = scene.record_of_person, [scene.consent.pk, scene.notice.pk, scene.agency.pk]
        self.records = [(r.subject_id, r.id) for r in (scene.private, scene.record, person)]
        self.numbers = [*ids, scene.held.pk, scene.objection.pk, scene.repair.pk, scene.shield.pk]
        self.numbers += [scene.consent.pk - 1, int(HUGE)]
        self.cases = [
            scene.objection.number,
            scene.repair.number,
            scene.shield.number,
            _next(scene.repair.number),
            HUGE,
        ]
        self.batches = [scene.held.batch_id, scene.private.batch_id, person.batch_id, _next(scene.held.batch_id)]
        self.held = scene.held.row_no
        self.submissions = [str(scene.submission.pk), "0" * 20]
        self.papers = [scene.paper.pk, uuid.UUID(int=scene.paper.pk.int + 1)]
        self.codes = [CODES[0], ADULT, sealer().blind_index(ADULT), str(person.subject_id), str(scene.subject.pk)]

    def of(self, name: str, parts: dict[str, str]) -> list[dict[str, Any]]:
        """What to put for the parts of an address."""
        if {"subject", "number"} <= set(parts):
            beside = [(s, n + 1) for s, n in self.records[:1]] + [(int(HUGE), 1), (1, int(HUGE))]
            rest = {
                part: self.pool(name, part, kind)[0]
                for part, kind in parts.items()
                if part not in ("subject", "number")
            }
            return [{"subject": s, "number": n} | rest for s, n in (*self.records, *beside)]
        pools = [self.pool(name, part, kind) for part, kind in parts.items()]
        longest = max(len(pool) for pool in pools)
        diagonal = [tuple(pool[min(n, len(pool) - 1)] for pool in pools) for n in range(longest)]
        every = dict.fromkeys([*diagonal, *itertools.islice(itertools.product(*pools), TRIES)])
        return [dict(zip(parts, chosen, strict=True)) for chosen in every]

    def pool(self, name: str, part: str, kind: str) -> list[Any]:
        """What to put for one part."""
        if kind == "UUIDConverter":
            return self.papers
        if kind == "IntConverter":
            return [self.held, 1, int(HUGE)] if part == "row_no" else self.numbers
        if part == "number":
            part = "submission" if name == "desk:submission" else "batch" if name in IN_BATCHES else "case"
        named = {"batch": self.batches, "case": self.cases, "submission": self.submissions, "code": self.codes,
                 "provider": [city.PROVIDER], "what": ACTS.get(name, ["compare"]), "act": ACTS["desk:case-act"],
                 "kind": BEGUN if "begin" in name else [PARTS["kind"]]}  # fmt: skip
        return named.get(part) or [PARTS[part]]


def _next(number: str) -> str:
    """The number after one that ends with a figure."""
    head, tail = re.fullmatch(r"(.*?)(\d{6})", number).groups()  # type: ignore[union-attr]
    return f"{head}{int(tail) + 1:06d}"


def said(answer: HttpResponse) -> bytes:
    """All that an answer tells: its headers, its body, and what a packed body holds."""
    streamed = getattr(answer, "streaming", False)
    body = b"".join(answer.streaming_content) if streamed else answer.content  # type: ignore[attr-defined]
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items()).encode()
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b"\n".join(packed.read(name) for name in packed.namelist())
    elif "json" in answer.headers.get("Content-Type", ""):
        body = json.dumps(json.loads(body), ensure_ascii=False).encode()
    return headers + b"\n" + body


class Trial:
    """What was asked, how often, and what was told that should not have been."""

    def __init__(self, scene: Scene, caller: str) -> None:
        self.scene, self.caller, self.client = scene, caller, CALLERS[caller]()
        self.secrets = {what: s for what, s in scene.secrets().items() if what not in ENTITLED.get(caller, ())}
        self.asked, self.wrong = 0, list[str]()

    def ask(self, method: str, path: str, data: Any = None, **how: Any) -> None:
        """Ask, and look at the answer."""
        answer = getattr(self.client, method)(path, data, **how)
        self.asked += 1
        told = said(answer)
        # what one sent oneself comes back in a form; that is no telling
        sent = f"{path}{data}".encode()
        told_of = [what for what, secret in self.secrets.items() if secret in told and secret not in sent]
        document = answer.status_code == 200 and told.find(b"%PDF") >= 0 and "bytes" in self.secrets
        if answer.status_code >= 500 or told_of or (document and "quality" not in path):
            self.wrong.append(f"{self.caller}: {method} {path} {answer.status_code} {told_of}")

    def everything(self) -> None:
        """Every address with others' things in it, and every other one with them in its query."""
        guesses = Guesses(self.scene)
        for name, parts in addresses():
            if name in LEAVING or (self.caller == "counter" and name.startswith("desk:")):
                continue
            if not parts:
                self.ask("get", reverse(name), self.query(guesses, len(name) % 3))
                continue
            for turn, chosen in enumerate(guesses.of(name, parts)):
                self.one(name, reverse(name, kwargs=chosen), send=turn % 2 == 0)

    def one(self, name: str, path: str, *, send: bool) -> None:
        """By GET, and by POST as the interface or a form would."""
        self.ask("get", path)
        if not send:
            return
        if name.startswith("api:"):
            if name in BODIES:
                self.ask("post", path, BODIES[name], content_type="application/json")
        elif not name.startswith("portal:"):
            self.ask("post", path, PLAIN)

    def query(self, guesses: Guesses, turn: int) -> dict[str, str]:
        """What is read from a query anywhere, each with something of others', or with what no key can be."""
        return dict.fromkeys(QUERY, (CODES[0], guesses.cases[0], HUGE)[turn])


@pytest.mark.parametrize("caller", CALLERS)
def test_nobody_is_told_what_is_another_s(scene: Scene, caller: str) -> None:
    trial = Trial(scene, caller)
    ApiClient.objects.update(rate=10_000_000)
    trial.everything()
    assert trial.wrong == []
    assert trial.asked > AT_LEAST


def test_whoever_is_entitled_is_told(scene: Scene) -> None:
    """So that the test above can fail: each secret is really there to be told."""
    owner, auditor = standing_for(0, "owner"), browser("auditor", Role.AUDITOR)
    clerk = browser("own", Role.INTAKE, provider=city.PROVIDER)
    case, private = scene.objection.number, scene.private
    told = said(owner.get(f"/my/records/{private.subject_id}-{private.id}"))
    told += said(auditor.get(f"/desk/cases/{case}")) + said(owner.get(f"/my/attachments/{scene.paper.pk}"))
    told += said(clerk.get(f"/desk/batches/{scene.held.batch_id}/rows/{scene.held.row_no}"))
    told += said(clerk.get(f"/desk/submissions/{scene.submission.pk}"))
    personnel = browser("hr", Role.PERSONNEL)
    sent = {"how": "personnel", "purpose": "personnel-review", "identity": ADULT}
    told += said(personnel.post("/desk/reading", sent))
    assert [what for what, secret in scene.secrets().items() if secret not in told and what != "identity"] == []


@pytest.mark.parametrize("caller", ["anonymous", "subject", "reviewer", "provider-machine"])
def test_a_nul_and_a_number_beyond_every_key_are_answered(scene: Scene, caller: str) -> None:
    client = CALLERS[caller]()
    for path in (
        "/subject/a%00b",
        "/search?q=a%00b",
        "/my/cases/%00",
        "/desk/cases/%00",
        "/x%00",
    ):
        assert client.get(path).status_code == 400, path
    for path in (
        f"/my/consents/{HUGE}",
        f"/my/agents/{HUGE}/end",
        f"/my/records/{HUGE}-1",
        f"/desk/editions/{HUGE}",
    ):
        assert client.post(path).status_code == 404, path
    for path in ("/desk/agenda", "/my/acting", "/api/v1/token", "/language", "/account/sign-in"):
        assert client.post(path, {"code": NUL, "whose": NUL, "ruling": NUL}).status_code == 400, (
            path
        )  # as a form with files
        assert client.post(path, "code=%00", content_type="application/x-www-form-urlencoded").status_code == 400, path


def test_a_nul_in_a_form_that_brings_files_is_refused(scene: Scene) -> None:
    client, record = standing_for(0, "owner"), scene.record
    path = f"/my/records/{record.subject_id}-{record.id}/objection"
    for sent in ({"statement": NUL}, {"contact": NUL, "statement": "试"}):
        assert client.post(path, sent).status_code == 400
    assert CALLERS["reviewer"]().post("/desk/begin/shield", {"whose": NUL}).status_code == 400


def test_what_is_longer_than_any_column_is_refused(scene: Scene) -> None:
    client, clerk = standing_for(0, "owner"), browser("clerk", Role.INTAKE, provider="taxation")
    assert client.get("/my/cases/" + "X" * 600).status_code == 404
    assert clerk.get(f"/desk/batches/{ADULT}").status_code == 404
    lines = AuditLine.objects.filter(act="access.refused")
    assert len(lines.get(actor="user:owner").target) == 128
    assert ADULT not in lines.get(actor="user:clerk").target
    ruling = {"whose": CODES[0], "ruling": "R" * 5000, "court": "济南中院"}
    assert browser("judge", Role.REVIEWER).post("/desk/begin/shield", ruling).status_code == 422  # in words
    assert not Case.objects.filter(kind="shield", subject_id=scene.subject.pk).exists()
