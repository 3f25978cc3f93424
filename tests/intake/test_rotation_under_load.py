"""Keys are rotated, and the rotation killed, while persons are taken in and found: nobody is lost."""

from __future__ import annotations

import base64
import datetime as dt
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from quanxin.accounts import Actor, keyring
from quanxin.accounts.actors import Role
from quanxin.identifiers.ring import State, new_ring
from quanxin.identifiers.sealing import key_of
from quanxin.intake import quarantine
from quanxin.intake.models import Held
from quanxin.runtime import keys
from quanxin.subjects.models import IDENTITY, Identifier, Subject
from tests import warm
from tests.city import hand_in, penalty, person
from tests.intake.processes import here

BEFORE = 300  # persons who are there when the rotation begins
ROUNDS = 3  # rotations that are killed
ADMINISTRATOR = Actor("a", frozenset({Role.ADMINISTRATOR}))
SLOWLY = (
    "from quanxin.runtime import boot; boot.setup(); from quanxin.accounts import keyring, operator; "
    "keyring.rotate(operator(), portion=3)"
)


def numbered(n: int) -> dict[str, str | None]:
    """The ``n``-th person."""
    return person(born=f"{1950 + n // 900:04d}0615", serial=n % 900)


class Load:
    """Threads that take persons in and look known ones up until they are told to stop; ``errors`` is what went wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.stop, self.errors = folder, threading.Event(), list[BaseException]()
        self.taken, self.held, self.found = list[int](), 0, 0
        self.looking = threading.Lock()
        self._threads = [threading.Thread(target=self._guarded, args=(act,)) for act in (self._take, self._find)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join(60)
        assert self.errors == []

    def _guarded(self, act: Callable[[int], None]) -> None:
        turn = 0
        try:
            while not self.stop.is_set():
                act(turn)
                turn += 1
        except BaseException as error:
            self.errors.append(error)
        finally:
            connection.close()

    def _take(self, turn: int) -> None:
        """New persons, one known one again, and one row that is held with its number."""
        new = [BEFORE + 5 * turn + i for i in range(5)]
        rows = [penalty(0, f"新〔2025〕{n}号", **numbered(n)) for n in (*new, turn % BEFORE)]
        rows.append(penalty(0, f"错〔2025〕{turn}号", **numbered(turn), fine=None))
        made = hand_in(self.folder, "administrative-penalty", rows, name=f"new{turn}.csv")
        assert (made.accepted, made.quarantined, made.enrolled) == (6, 1, 5)
        self.taken += new
        self.held += 1

    def _find(self, turn: int) -> None:
        number = numbered(turn * 7 % BEFORE)["identity_number"] or ""
        with self.looking:  # who looks up without writing holds no lock, and may miss while the index key is replaced
            found = Identifier.objects.get(kind="identity", value=keys.sealer().blind_index(number))
        assert keys.sealer().unseal(found.sealed or b"", IDENTITY) == number
        self.found += 1


def rotation() -> warm.Command:
    """A rotation in a process of its own, in small portions."""
    return warm.start(["-c", SLOWLY], here())


def under(key: str) -> int:
    return sum(
        key_of(bytes(s)) == key for s in Identifier.objects.exclude(sealed=None).values_list("sealed", flat=True)
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_rotation_that_is_killed_again_and_again_under_load_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ring.json"
    path.write_text(new_ring("aes-256-gcm", dt.datetime(2026, 1, 1, tzinfo=dt.UTC)).to_json())
    monkeypatch.setenv("QUANXIN_KEY_RING", str(path))
    rows = [penalty(0, f"旧〔2025〕{n}号", **numbered(n)) for n in range(BEFORE)]
    assert hand_in(tmp_path, "administrative-penalty", rows, name="before.csv").enrolled == BEFORE
    first = keys.sealer().ring.writer
    load = Load(tmp_path)
    killed = 0
    try:
        for n in range(ROUNDS):
            made = keyring.add(ADMINISTRATOR, algorithm=("aes-256-gcm", "sm4-gcm")[n % 2])
            process = rotation()
            while process.poll() is None and under(made.id) < BEFORE * (n + 1) // (ROUNDS + 2):
                time.sleep(0.002)
            process.kill()
            killed += process.wait() != 0
        with load.looking:
            _, indexed = keyring.rotate_index(ADMINISTRATOR)
        assert indexed >= BEFORE
        last = keyring.add(ADMINISTRATOR)
        done = keyring.rotate(ADMINISTRATOR)
    finally:
        load.end()
    assert killed == ROUNDS
    assert load.taken
    assert load.found > 20
    assert sum(done.moved.values()) > 0
    assert not done.unopened
    everyone = [*range(BEFORE), *load.taken]
    sealer = keys.sealer()
    kept = {i.value: bytes(i.sealed or b"") for i in Identifier.objects.filter(kind="identity")}
    assert len(kept) == len(everyone) == Subject.objects.filter(natural=True).count()
    for n in everyone:
        number = numbered(n)["identity_number"] or ""
        sealed = kept[sealer.blind_index(number)]
        assert sealer.unseal(sealed, IDENTITY) == number
        assert key_of(sealed) == last.id
    held = list(Held.objects.order_by("id"))
    assert len(held) == load.held
    for turn, row in enumerate(held):
        assert quarantine.opened(row)["identity_number"] == numbered(turn)["identity_number"]
        assert key_of(base64.b64decode(row.original["identity_number"][7:])) == last.id
    for key in sealer.ring.keys[:-1]:
        assert keyring.retire(ADMINISTRATOR, key.id, destroy=key is first).state in (State.RETIRED, State.DESTROYED)
    assert sealer.unseal(kept[sealer.blind_index(numbered(0)["identity_number"] or "")], IDENTITY)
