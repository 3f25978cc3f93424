"""Parameters are typed at the door: no address answers 500, whatever stands in its path, query, form or body.

The addresses come from the map of addresses, the names from what the code of each view reads. Each value is put to each
address by one who is let in, alone beside well-formed others and for all names at once; every caller tries some.
"""

from __future__ import annotations

import inspect
import itertools
import json
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.urls import reverse

from quanxin.accounts.actors import Role
from quanxin.accounts.models import ApiClient
from tests.access.scene import PROVIDER, Scene, browser, standing_for
from tests.access.table import CONSUMER, DECIDING, ITSELF, OPEN, OWN, ROUTES, SIGNED, SIGNING
from tests.access.table import PROVIDER as MACHINE
from tests.access.test_guessing import CALLERS, LEAVING, Guesses, addresses
from tests.access.test_matrix import BODIES, as_machine, routes
from tests.city import CODES

pytestmark = pytest.mark.django_db
VALUES = (
    "a/b", "../../x", "9" * 25, "9" * 4400, "-1", "0", "１２", "1e9", "9999-12-31", "0001-01-01", "9999-12", "2026-02-30",
    "9999-12-31:1", "run:" + "9" * 30, "9" * 19 + "-1", "2026-W01-1", "x" * 3000, "\u0660", "\ud800", "%s%(x)s{0}", "'\"<\\", " ",
    "18446744073709551616", "ffffffffffffffffffffffffffffffffffffffffffffffffffff", "\u202e\u200b",
)  # fmt: skip
BODY_VALUES = (
    None,
    True,
    -1,
    10**30,
    1e308,
    [],
    {},
    [[[]]],
    "\ud800",
    "x" * 3000,
    "9999-12-31",
    "９-９",
    {"a": {"b": []}},
)
RAW = (
    b"", b"{", b"[" * 50_000, b'{"a":' * 20_000, b"9" * 5000, b"NaN", b"\xff\xfe", b'"\\ud800"', b'[{"a":1,"a":2}]', b"null",
    b'[{"\\ud800": "\\udfff"}]',
)  # fmt: skip
READ = re.compile(r"""(?:GET|asked|given)(?:\.get|\.getlist)?[(\[]f?"([\w{}-]+)""")
SENT = re.compile(r"""(?:POST|sent|given)(?:\.get|\.getlist)?[(\[]f?"([\w{}-]+)""")
GOOD = {"confirmed": "1", "reason": "试", "statement": "试", "purpose": "核对", "code": CODES[0]}
PARTS = 6  # in which the addresses are tried, for the workers to share
ALONE = 2  # of the values, alone in one name each

LET_IN: dict[Any, Callable[[], Client]] = {
    OPEN: lambda: Client(raise_request_exception=False),
    SIGNING: lambda: Client(raise_request_exception=False),
    SIGNED: lambda: browser("somebody"),
    OWN: lambda: standing_for(0, "owner"),
    ITSELF: lambda: standing_for(0, "owner-itself"),
    MACHINE: lambda: as_machine(provider=PROVIDER),
    CONSUMER: lambda: as_machine(consumer="some-consumer"),
    DECIDING: lambda: as_machine(provider=PROVIDER, decides=True),
} | {
    role: (lambda role=role: browser(f"own-{role}", role, **({"provider": PROVIDER} if role in OF_PROVIDER else {})))  # type: ignore[misc]
    for role in Role
}  # fmt: skip
OF_PROVIDER = {Role.INTAKE, Role.DECIDER}


@cache
def names(reads: re.Pattern[str]) -> dict[str, list[str]]:
    """What the view of each address reads of a query, or of a form, by the source of its module."""
    found = {}
    for name, _path, view in routes():
        module = sys.modules.get(getattr(inspect.unwrap(view), "__module__", "") or "")
        source = getattr(module, "__file__", None) or ""
        text = Path(source).read_text(encoding="utf-8") if "quanxin" in source else ""
        found[name] = sorted({n.replace("{name}", "before") for n in reads.findall(text)})
    return found


def let_in(name: str) -> Any:
    """Whom an address lets in; of several roles the first."""
    rule = ROUTES[name]
    return rule if isinstance(rule, str) else min(rule)


class Trial:
    """Asks, and keeps what was answered with 500."""

    def __init__(self) -> None:
        self.asked, self.wrong = 0, list[str]()

    def ask(self, client: Client, who: str, method: str, path: str, sent: Any = None, **how: Any) -> None:
        client.raise_request_exception = False
        if isinstance(sent, dict) and method in ("get", "post") and "content_type" not in how:
            text = urlencode(sent, errors="surrogatepass")  # what a browser cannot send, an attacker can
            path, sent = (f"{path}{'&' if '?' in path else '?'}{text}", None) if method == "get" else (path, text)
            how |= {} if method == "get" else {"content_type": "application/x-www-form-urlencoded"}
        answer = getattr(client, method)(path, sent, **how)
        self.asked += 1
        if getattr(answer, "streaming", False):
            b"".join(answer.streaming_content)
        if answer.status_code >= 500:
            self.wrong.append(f"{who}: {method} {path[:120]} {str(sent)[:160]}")


def forms(read: list[str], turn: int) -> Iterator[dict[str, str]]:
    """A value in every name at once, then some alone in one name each beside well-formed others."""
    yield from (dict.fromkeys(read, value) for value in VALUES)
    for place, name in enumerate(read):
        for step in range(ALONE):
            yield GOOD | {name: VALUES[(turn + place + 5 * step) % len(VALUES)]}


def paths(name: str, parts: dict[str, str], guesses: Guesses) -> tuple[str, list[str]]:
    """Where a thing that exists is, and addresses with nasty values in the places of its parts."""
    good = guesses.of(name, parts)[0] if parts else {}
    there = reverse(name, kwargs=good)
    nasty = []
    for part, value in itertools.product(good, VALUES):
        if quote(str(good[part]), safe="") in there:
            text = quote(value.encode("utf-8", "surrogatepass"), safe="")
            nasty.append(there.replace(quote(str(good[part]), safe=""), text, 1))
    return there, nasty


def bodies(good: dict[str, Any]) -> Iterator[bytes]:
    """A machine's body with each of its values exchanged for another, and what is no body at all."""
    yield from RAW
    for key, value in itertools.product([*good, "beside"], BODY_VALUES):
        yield json.dumps(good | {key: value}).encode()


@pytest.mark.parametrize("part", range(PARTS))
def test_no_value_at_any_door_is_answered_with_500(scene: Scene, part: int) -> None:
    ApiClient.objects.update(rate=10_000_000)
    guesses, trial, read, sent = Guesses(scene), Trial(), names(READ), names(SENT)
    clients = {who: make() for who, make in LET_IN.items()}
    ApiClient.objects.update(rate=10_000_000)
    for turn, (name, parts) in enumerate(addresses()):
        if turn % PARTS != part or name in LEAVING:
            continue
        there, nasty = paths(name, parts, guesses)
        who = let_in(name)
        client, said = clients[who], f"{who} {name}"
        for path in nasty:
            trial.ask(client, said, "get", path)
        if name.startswith("api:"):
            for form in forms(
                ["since", "limit", "cursor", "before", "after", "procedure", "state", "open", "overdue"], turn
            ):
                trial.ask(client, said, "get", there, form)
            for body in bodies(BODIES[name]) if name in BODIES else ():
                trial.ask(client, said, "post", there, body, content_type="application/json")
            continue
        for form in forms(read[name], turn) if read[name] else ():
            trial.ask(client, said, "get", there, form)
        for form in forms(sent[name], turn) if sent[name] else ():
            trial.ask(client, said, "post", there, form)
    assert trial.wrong == []
    assert trial.asked > 3_000 / PARTS


@pytest.mark.parametrize("caller", CALLERS)
def test_nor_for_any_caller(scene: Scene, caller: str) -> None:
    guesses, trial, read, sent, client = Guesses(scene), Trial(), names(READ), names(SENT), CALLERS[caller]()
    ApiClient.objects.update(rate=10_000_000)
    # each caller tries other values at the same address
    turns = itertools.islice(itertools.cycle(VALUES), list(CALLERS).index(caller), None)
    for name, parts in addresses():
        if name in LEAVING:
            continue
        there, nasty = paths(name, parts, guesses)
        value = next(turns)
        trial.ask(
            client, caller, "get", nasty[len(value) % len(nasty)] if nasty else there, dict.fromkeys(read[name], value)
        )
        if sent[name] and not name.startswith("portal:"):
            trial.ask(client, caller, "post", there, GOOD | dict.fromkeys(sent[name], next(turns)))
    assert trial.wrong == []
