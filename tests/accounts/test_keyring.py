"""Keys by the command line and by their acts: added, rotated, retired; what was sealed is never without its key."""

from __future__ import annotations

import datetime as dt
import json
import stat
import threading
from pathlib import Path

import pytest
from django.db import connection, transaction
from typer.testing import CliRunner

from quanxin.accounts import Actor, keyring, operator
from quanxin.accounts.actors import NotAllowed, Role
from quanxin.accounts.binding import bind_person, standing
from quanxin.accounts.health import keys as look_at_keys
from quanxin.accounts.models import AuditLine, User
from quanxin.cli.main import app
from quanxin.identifiers.ciphers import SM4, SuiteMissing, available
from quanxin.identifiers.ring import BadRing, Ring, State, new_key, new_ring
from quanxin.identifiers.sealing import CannotUnseal, key_of
from quanxin.intake import quarantine
from quanxin.intake.models import Held
from quanxin.intake.replay import replay
from quanxin.runtime import keys
from quanxin.runtime.finding import State as Finding
from quanxin.sharing import webhooks
from quanxin.sharing.models import Webhook
from quanxin.subjects.models import IDENTITY, Identifier
from tests.city import hand_in, penalty, person, register
from tests.sharing.test_feed import consumer

ADMINISTRATOR = Actor("a", frozenset({Role.ADMINISTRATOR}))
AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ring of this test's own, as a mounted file."""
    path = tmp_path / "ring.json"
    path.write_text(new_ring("aes-256-gcm", AT).to_json())
    monkeypatch.setenv("QUANXIN_KEY_RING", str(path))
    return path


def sealed_city(folder: Path) -> str:
    """A person, a held row of a person and a webhook's secret; returns the batch that holds the row."""
    register(folder)
    hand_in(folder, "administrative-penalty", [penalty(0, **person(serial=1))], name="a.csv")
    held = hand_in(
        folder,
        "administrative-penalty",
        [
            penalty(0, **person(serial=2), fine=None, facts="电话13800000000"),
            penalty(1, "甲〔2025〕2号", fine="约三万"),
        ],
        name="b.csv",
    )
    webhooks.add(operator(), consumer(), "https://8.8.8.8/")
    return held.batch


def used_keys() -> set[str]:
    """The ids of the keys under which anything is sealed."""
    found = {key_of(bytes(s)) for s in Identifier.objects.exclude(sealed=None).values_list("sealed", flat=True)}
    found |= {key_of(bytes(h.secret)) for h in Webhook.objects.all()}
    import base64

    for held in Held.objects.all():
        found |= {key_of(base64.b64decode(t[7:])) for t in held.original.values() if t and t.startswith("sealed:")}
    return found


def said(*words: str, code: int = 0) -> dict[str, object]:
    done = CliRunner().invoke(app, ["keys", *words], catch_exceptions=False)
    assert done.exit_code == code, done.output
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("algorithm", ["aes-256-gcm", "sm4"])
def test_everything_is_sealed_anew_and_opens(tmp_path: Path, algorithm: str) -> None:
    if algorithm == "sm4" and not available(SM4):
        pytest.skip("OpenSSL on this machine does not offer SM4-GCM")
    batch = sealed_city(tmp_path)
    old = keys.sealer().ring.writer
    before = [quarantine.opened(h) for h in Held.objects.order_by("id")]
    made = keyring.add(ADMINISTRATOR, algorithm=algorithm)
    assert used_keys() == {old.id}
    done = keyring.rotate(ADMINISTRATOR, portion=1)
    assert done.moved == {"subjects_identifier.sealed": 1, "sharing_webhook.secret": 1, "intake_held.original": 1}
    assert not done.unopened
    assert used_keys() == {made.id}
    number = Identifier.objects.get(kind="identity")
    assert keys.sealer().unseal(number.sealed or b"", IDENTITY) == person(serial=1)["identity_number"]
    assert [quarantine.opened(h) for h in Held.objects.order_by("id")] == before
    assert webhooks.secret_of(Webhook.objects.get()).startswith("whsec_")
    assert keyring.rotate(ADMINISTRATOR).moved == {}
    assert replay(batch, actor=operator(), rows={1: {"fine": "0.5"}}).accepted == 1


def test_a_person_is_found_again_after_a_rotation_of_both_keys(tmp_path: Path) -> None:
    sealed_city(tmp_path)
    before = Identifier.objects.get(kind="identity")
    keyring.add(ADMINISTRATOR)
    keyring.rotate(ADMINISTRATOR)
    key, indexed = keyring.rotate_index(ADMINISTRATOR)
    after = Identifier.objects.get(kind="identity")
    assert (indexed, after.pk) == (1, before.pk)
    assert after.value != before.value
    assert keys.sealer().ring.indexer.id == key.id
    hand_in(tmp_path, "administrative-penalty", [penalty(0, "乙〔2025〕9号", **person(serial=1))], name="c.csv")
    assert Identifier.objects.filter(kind="identity").count() == 1


def test_whom_a_person_stands_for_follows_the_index_and_who_is_not_known_shows_the_document_again(
    tmp_path: Path,
) -> None:
    sealed_city(tmp_path)
    for name, serial in (("known", 1), ("unknown", 77)):
        User.objects.create(username=name)
        bind_person(operator(), name, person(serial=serial)["identity_number"] or "", reason="核验身份证")
    keyring.rotate_index(ADMINISTRATOR)
    held = standing(User.objects.get(username="known"))
    assert held is not None
    assert held.identity == Identifier.objects.get(kind="identity").value
    assert standing(User.objects.get(username="unknown")) is None


def test_an_index_rotation_that_was_broken_off_refuses_lookups_and_is_ended_by_the_next(
    tmp_path: Path, ring: Path
) -> None:
    sealed_city(tmp_path)
    broken = Ring.from_json(ring.read_text())
    begun = new_key("hmac-sha256", AT, state=State.NEXT)
    ring.write_text(Ring(broken.keys, (*broken.index, begun)).to_json())
    with pytest.raises(BadRing) as refused:
        hand_in(tmp_path, "administrative-penalty", [penalty(0, "丙", **person(serial=3))], name="d.csv")
    assert "rotate --index" in refused.value.hint
    assert keyring.rotate_index(ADMINISTRATOR)[0].id == begun.id
    hand_in(tmp_path, "administrative-penalty", [penalty(0, "丙", **person(serial=1))], name="e.csv")
    assert Identifier.objects.filter(kind="identity").count() == 1


def test_a_key_is_retired_only_when_nothing_is_sealed_under_it(tmp_path: Path, ring: Path) -> None:
    sealed_city(tmp_path)
    old = keys.sealer().ring.writer
    with pytest.raises(BadRing, match="the one that seals"):
        keyring.retire(ADMINISTRATOR, old.id)
    with pytest.raises(BadRing, match="no sealing key"):
        keyring.retire(ADMINISTRATOR, "00000000")
    keyring.add(ADMINISTRATOR)
    with pytest.raises(BadRing, match="3 rows"):
        keyring.retire(ADMINISTRATOR, old.id)
    keyring.rotate(ADMINISTRATOR)
    assert keyring.retire(ADMINISTRATOR, old.id).state is State.RETIRED
    assert old.secret.hex() in ring.read_text()
    assert keyring.retire(ADMINISTRATOR, old.id, destroy=True).state is State.DESTROYED
    assert keyring.retire(ADMINISTRATOR, old.id).state is State.DESTROYED
    assert old.secret.hex() not in ring.read_text()
    assert stat.S_IMODE(ring.stat().st_mode) == 0o600


def test_what_cannot_be_opened_is_left_counted_and_keeps_its_key(tmp_path: Path) -> None:
    sealed_city(tmp_path)
    old = keys.sealer().ring.writer
    number = Identifier.objects.get(kind="identity")
    spoiled = bytes(number.sealed or b"")[:-1] + b"\0"
    Identifier.objects.filter(pk=number.pk).update(sealed=spoiled)
    keyring.add(ADMINISTRATOR)
    done = keyring.rotate(ADMINISTRATOR)
    assert done.unopened == {"subjects_identifier.sealed": 1}
    assert bytes(Identifier.objects.get(pk=number.pk).sealed or b"") == spoiled
    with pytest.raises(BadRing, match="1 rows"):
        keyring.retire(ADMINISTRATOR, old.id)


def test_the_doctor_tells_when_the_ring_is_not_the_databases_own(tmp_path: Path, ring: Path) -> None:
    sealed_city(tmp_path)
    assert keyring.missing() == set()
    keyring.add(ADMINISTRATOR)
    assert keyring.missing() == set()
    ring.write_text(new_ring("aes-256-gcm", AT).to_json())
    assert keyring.missing() == {"subjects_identifier.sealed", "sharing_webhook.secret", "intake_held.original"}
    assert [found.check for found in look_at_keys() if found.state is Finding.PROBLEM] == ["keys"]


def test_only_an_administrator_does_any_of_it() -> None:
    clerk = Actor("c", frozenset(Role) - {Role.ADMINISTRATOR})
    for act in (keyring.listed, keyring.add, keyring.rotate, keyring.rotate_index):
        with pytest.raises(NotAllowed):
            act(clerk)
    with pytest.raises(NotAllowed):
        keyring.retire(clerk, "00000000")
    assert not AuditLine.objects.exists()


def test_the_commands_tell_everything_but_secrets(tmp_path: Path, ring: Path) -> None:
    sealed_city(tmp_path)
    listed = said("list")
    made = said("add", "--algorithm", "aes-256-gcm")
    moved = said("rotate")
    assert moved["moved"] == 3
    old = listed["keys"][0]["id"]  # type: ignore[index]
    gone = said("retire", str(old))
    assert gone == {"key": old, "state": "retired"}
    after = said("list")
    assert [k["rows"] for k in after["keys"] if k["use"] == "seal"] == [0, 3]  # type: ignore[index]
    assert [k["writes"] for k in after["keys"] if k["use"] == "seal"] == [False, True]  # type: ignore[index]
    index = said("rotate", "--index")
    assert index["indexed"] == 1
    acts = dict(AuditLine.objects.filter(act__startswith="keys.").values_list("act", "target"))
    assert acts == {
        "keys.add": f"key:{made['key']}",
        "keys.rotate": f"key:{made['key']}",
        "keys.retire": f"key:{old}",
        "keys.rotate-index": f"key:{index['key']}",
    }
    told = json.dumps([listed, made, moved, gone, after, index])
    told += json.dumps(list(AuditLine.objects.values_list("particulars", flat=True)))
    ring_now = Ring.from_json(ring.read_text())
    for key in (*ring_now.keys, *ring_now.index):
        assert key.secret.hex() not in told


def test_an_algorithm_that_does_not_exist_is_refused_in_words() -> None:
    done = CliRunner().invoke(app, ["keys", "add", "--algorithm", "rot13"])
    assert isinstance(done.exception, SuiteMissing)


def test_a_ring_in_the_environment_seals_and_opens_and_is_changed_by_no_command(
    tmp_path: Path, ring: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANXIN_KEY_RING", ring.read_text())
    sealed_city(tmp_path)
    assert used_keys() == {keys.sealer().ring.writer.id}
    with pytest.raises(BadRing, match="no command can change it"):
        keyring.add(ADMINISTRATOR)


def test_a_named_ring_that_is_not_there_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANXIN_KEY_RING", str(tmp_path / "missing.json"))
    with pytest.raises(BadRing, match="no ring of keys"):
        keys.sealer()
    assert not (tmp_path / "missing.json").exists()


def test_without_a_setting_a_ring_is_made_once_and_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QUANXIN_KEY_RING")
    monkeypatch.setenv("QUANXIN_DATA_DIR", str(tmp_path / "fresh"))
    made = keys.sealer().ring
    path = tmp_path / "fresh/keyring.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Ring.from_json(path.read_text()) == made == keys.sealer().ring


def test_a_ring_that_another_process_changed_is_taken_up(tmp_path: Path, ring: Path) -> None:
    first = keys.sealer()
    other = Ring.from_json(ring.read_text()).with_key(new_key("aes-256-gcm", AT))
    replaced = tmp_path / "other.json"
    replaced.write_text(other.to_json())
    replaced.rename(ring)
    assert keys.sealer().ring.writer.id == other.writer.id != first.ring.writer.id


def test_a_text_that_only_looks_sealed_is_handed_back_as_it_was_written(tmp_path: Path) -> None:
    register(tmp_path)
    made = hand_in(tmp_path, "administrative-penalty", [penalty(0, fine="约三万", remark="sealed:AgEAAAAA")])
    held = Held.objects.get(batch_id=made.batch)
    assert quarantine.opened(held)["remark"] == "sealed:AgEAAAAA"
    keyring.add(ADMINISTRATOR)
    assert not keyring.rotate(ADMINISTRATOR).unopened


def test_a_sealed_number_moved_to_another_column_does_not_open(tmp_path: Path) -> None:
    sealed_city(tmp_path)
    number = Identifier.objects.get(kind="identity")
    Webhook.objects.update(secret=number.sealed)
    with pytest.raises(CannotUnseal):
        webhooks.secret_of(Webhook.objects.get())


def test_a_key_under_which_an_open_transaction_seals_is_not_retired_before_it_ends(tmp_path: Path) -> None:
    old = keys.sealer().ring.writer
    sealed, go = threading.Event(), threading.Event()

    def seal_slowly() -> None:
        try:
            with transaction.atomic():
                register(tmp_path)
                hand_in(tmp_path, "administrative-penalty", [penalty(0, **person())], name="slow.csv")
                sealed.set()
                assert go.wait(30)
        finally:
            connection.close()

    slow = threading.Thread(target=seal_slowly)
    slow.start()
    assert sealed.wait(60)
    keyring.add(ADMINISTRATOR)
    done: list[keyring.Rotated] = []

    def rotate() -> None:
        try:
            done.append(keyring.rotate(ADMINISTRATOR))
        finally:
            connection.close()

    rotating = threading.Thread(target=rotate)
    rotating.start()
    rotating.join(0.5)
    assert rotating.is_alive()  # it waits for the one that still seals under the old key
    go.set()
    slow.join(60)
    rotating.join(60)
    assert done[0].moved == {"subjects_identifier.sealed": 1}
    assert keyring.retire(ADMINISTRATOR, old.id).state is State.RETIRED
