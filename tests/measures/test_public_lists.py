"""The public lists: everybody reads who is on them today and why; no natural person, nothing that has ended."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from quanxin.archive import restrictions
from quanxin.archive.models import Record, Restriction
from quanxin.calendar import now, travel
from quanxin.ledger import log_reading, sequencing
from quanxin.measures.lists_portal.members import public_lists, standing
from quanxin.policy.model import Basis
from quanxin.proofs import receipts
from quanxin.proofs.notes import Key
from quanxin.runtime.pack import current_pack
from quanxin.subjects.models import Subject
from tests.city import CODES, NAMES, hand_in, register
from tests.once import city
from tests.rights.life import morning

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 5, 20)
LIST = "/lists/serious-violation"


def listing(n: int, number: str, decided: str, **more: str) -> dict[str, str]:
    return {
        "subject_name": NAMES[n], "uscc": CODES[n], "document_number": number, "facts": f"虚假宣传{n}号案。",
        "legal_basis": "市场监管总局令第44号", "decision_date": decided, "authority_name": "济南市市场监督管理局", **more,
    }  # fmt: skip


def _listed(folder: Path) -> Path:
    with travel(morning(DAY)):
        register(folder)
        rows = [
            listing(0, "济市监〔2026〕1号", "2026-01-05"),
            listing(1, "济市监〔2026〕2号", "2026-02-05", valid_until="2026-05-19"),
            listing(2, "济市监〔2026〕3号", "2026-03-05", removed_on="2026-05-20", removal_reason="法院决定删除"),
        ]
        hand_in(folder, "serious-violation", rows, name="listed.csv")
    return folder


_city, _built = city(_listed, autouse=True)


@pytest.fixture
def anybody() -> Client:
    return Client(headers={"accept-language": "zh-CN"})


def page(client: Client, address: str, **posted: str) -> str:
    with travel(morning(DAY)):
        answer = client.post(address, posted) if posted else client.get(address)
    assert answer.status_code in (200, 422), answer.status_code
    return answer.content.decode()


def test_everybody_reads_who_is_listed_by_which_decision_until_when(anybody: Client) -> None:
    shown = page(anybody, LIST)
    for words in (
        NAMES[0],
        CODES[0],
        "济市监〔2026〕1号",
        "虚假宣传0号案。",
        "市场监管总局令第44号",
        "济南市市场监督管理局",
    ):
        assert words in shown
    assert re.search(r"2029.0?1.0?5|2029年1月5日", shown)
    assert f'href="/subject/{CODES[0]}"' in shown
    assert "依据" in shown


def test_who_has_served_the_term_or_was_removed_is_not_listed(anybody: Client) -> None:
    shown = page(anybody, LIST)
    assert NAMES[1] not in shown
    assert NAMES[2] not in shown
    with travel(morning(dt.date(2029, 1, 6))):
        assert NAMES[0] not in anybody.get(LIST).content.decode()


def test_what_was_repaired_is_listed_no_more(anybody: Client) -> None:
    record = Record.objects.get(resource="serious-violation", superseded_at=None, event_date=dt.date(2026, 1, 5))
    basis = [Basis.model_validate({"title": "信用修复管理办法", "confidence": "M"})]
    from tests.casework.duty import REVIEWER

    with travel(morning(DAY)):
        restrictions.restrict(
            REVIEWER, [record], Restriction.Kind.REPAIRED, case="case:1", basis=basis, at=morning(DAY)
        )
    assert NAMES[0] not in page(anybody, LIST)
    assert "目前没有主体在这份名单上" in page(anybody, LIST)


def test_somebody_is_looked_for_by_a_posted_name_or_code(anybody: Client) -> None:
    for sought in (NAMES[0][2:6], CODES[0]):
        assert NAMES[0] in page(anybody, LIST, name=sought)
    assert "名单上没有符合条件的主体" in page(anybody, LIST, name=NAMES[2][2:])
    assert "请至少输入两个字" in page(anybody, LIST, name="济")
    assert NAMES[0] in page(anybody, f"{LIST}?name={NAMES[2]}")  # an address names nobody


def test_the_lists_by_nature_with_how_many_are_on_each(anybody: Client) -> None:
    shown = page(anybody, "/lists/")
    assert re.search(r'href="/lists/serious-violation".*?<td class="when"[^>]*>\s*1\s*</td>', shown, re.S)
    assert 'href="/lists/customs-aeo"' in shown
    assert (
        page(Client(headers={"accept-language": "en"}), "/lists/").count("Serious violations (market regulation)") == 1
    )


def test_a_long_list_goes_on_from_its_last_row(anybody: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from quanxin.measures.lists_portal import members, pages

    monkeypatch.setattr(pages, "LENGTH", 1)
    monkeypatch.setattr(members, "MOST_COUNTED", 1)
    monkeypatch.setattr(pages, "MOST_COUNTED", 1)
    with travel(morning(dt.date(2026, 5, 18))):  # all three are still listed
        first = anybody.get(LIST).content.decode()
        assert "超过 1" in anybody.get("/lists/").content.decode()
        (address,) = re.findall(r'rel="next" href="([^"]+)"', first)
        second = anybody.get(LIST + address).content.decode()
        assert anybody.get(f"{LIST}?before=nothing").status_code == 400
    assert (NAMES[2] in first, NAMES[2] in second, NAMES[1] in second) == (True, False, True)


@pytest.mark.parametrize(
    "key", ["telecom-fraud", "military-service-refusal", "restricted-rail", "restricted-air", "research-severe", "no"]
)
def test_what_is_not_public_is_not_there(anybody: Client, key: str) -> None:
    with travel(morning(DAY)):
        assert anybody.get(f"/lists/{key}").status_code == 404
        assert f'"/lists/{key}"' not in anybody.get("/lists/").content.decode()


def test_no_list_ever_names_a_natural_person(anybody: Client) -> None:
    """Whatever a row says: where the register knows a person, no public list shows it, over every list there is."""
    with travel(morning(DAY)):
        lists = list(public_lists())
        assert {one.key for one in lists} >= {
            "serious-violation",
            "tax-severe",
            "judgment-debtors",
            "wage-arrears",
            "tax-rating-a",
        }
        alike = [one.model_copy(update={"resource": "serious-violation"}) for one in lists]  # whatever feeds a list
        assert [one.key for one in alike if not standing(one).exists()] == []
        Subject.objects.filter(code=CODES[0]).update(natural=True)
        assert [one.key for one in alike if standing(one).exists()] == []
        for one in lists:
            assert NAMES[0] not in anybody.get(f"/lists/{one.key}").content.decode()


def test_lists_of_persons_alone_are_neither_public_nor_evaluated() -> None:
    pack = current_pack()
    natural = {key for key, kind in pack.subject_types.items() if kind.natural}
    alone = {
        one.key: version
        for one in pack.lists
        for version in pack.resource_history(one.resource)
        if set(version.subject_types) <= natural
    }
    assert set(alone) == {"telecom-fraud", "military-service-refusal", "restricted-rail", "restricted-air"}
    assert [key for key, one in alone.items() if one.publication.mode == "public" or one.evaluation] == []
    evaluated = {indicator.resource for model in pack.models for indicator in model.indicators}
    assert not evaluated & {one.key for one in alone.values()}


def test_each_listing_has_its_proof_and_nobody_else_has_one(anybody: Client) -> None:
    with travel(morning(DAY)):
        (found,) = re.findall(rf"{LIST}/\d+-\d+/proof\.json", page(anybody, LIST))
        waits = anybody.get(found)
        assert (waits.status_code, waits.headers["Location"]) == (302, LIST)
        sequencing.sequence()
        receipt = receipts.read(anybody.get(found).content)
        assert receipt.row is not None
        assert receipt.row.rows == 3
        keys = [Key.read(key) for key in log_reading.public_keys()]
        assert receipts.wrong(receipt, receipts.Trust(keys, now())) == []
        for changed in ({"opened": "x"}, {"place": 1 - receipt.row.place % 2}, {"rows": 2}):
            other = replace(receipt, row=replace(receipt.row, **changed))
            assert receipts.wrong(other, receipts.Trust(keys, now())) == ["row"]
        for left in Record.objects.filter(resource="serious-violation", superseded_at=None):
            if f"{left.subject_id}-{left.id}" not in found:
                assert anybody.get(f"{LIST}/{left.subject_id}-{left.id}/proof.json").status_code == 404
