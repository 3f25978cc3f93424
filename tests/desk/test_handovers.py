"""Handing records over at the desk: a steward proposes with a basis, an approver decides once it is confirmed."""

from __future__ import annotations

from pathlib import Path

import pytest

from quanxin.accounts.actors import Role
from quanxin.archive.models import Record
from quanxin.calendar import today
from quanxin.intake.models import Handover
from tests.city import penalty, register
from tests.desk.people import signed_in
from tests.intake.test_ownership import MINE, PENALTY, THEIRS, by_file

pytestmark = pytest.mark.django_db


def test_one_proposes_and_another_approves_what_was_confirmed(tmp_path: Path) -> None:
    register(tmp_path)
    by_file(tmp_path, [penalty(0), penalty(1, "二号", fine="约三万")], MINE)
    steward, approver = signed_in(Role.STEWARD, name="steward"), signed_in(Role.APPROVER, name="approver")
    sent = {
        "giver": MINE,
        "taker": THEIRS,
        "resource": [PENALTY],
        "day": today().isoformat(),
        "title": "机构改革方案",
        "reference": "〔2026〕1号",
        "reason": "机构合并",
    }
    for lacking in ("title", "day", "reason", "resource"):
        answer = steward.post("/desk/handovers", {k: v for k, v in sent.items() if k != lacking})
        assert answer.status_code == 422
        assert "机构合并" in answer.content.decode() or lacking == "reason"
    assert approver.post("/desk/handovers", sent).status_code == 403
    assert steward.post("/desk/handovers", sent).status_code == 302
    made = Handover.objects.get()
    assert (made.basis[0]["title"], made.basis[0]["reference"]) == ("机构改革方案", "〔2026〕1号")
    page = approver.get("/desk/handovers").content.decode()
    for said in ("机构改革方案", "〔2026〕1号", "机构合并", "1 · 1", "批准并移交"):
        assert said in page
    assert "批准并移交" not in steward.get("/desk/handovers").content.decode()
    where = f"/desk/handovers/{made.pk}"
    assert steward.post(where, {"act": "approve", "confirmed": "1", "reason": "同意"}).status_code == 403
    assert approver.post(where, {"act": "approve", "reason": "同意"}).status_code == 422
    assert approver.post(where, {"act": "approve", "confirmed": "1", "reason": "同意"}).status_code == 302
    assert Record.objects.get(resource=PENALTY, superseded_at=None).provider == THEIRS
    assert "已移交" in signed_in(Role.AUDITOR, name="auditor").get("/desk/handovers").content.decode()
