"""Pages of classes: an organisation's own, with the way to contest it, and those of departments."""

from __future__ import annotations

from pathlib import Path

import pytest

from quanxin.accounts.actors import Role
from quanxin.calendar import travel
from tests.city import CODES, NAMES
from tests.desk.people import signed_in
from tests.my.people import owner, text
from tests.once import city
from tests.rights.life import morning
from tests.supervision.classing.test_standings import DAY, RISK, lived

pytestmark = pytest.mark.django_db


def _build(folder: Path) -> Path:
    lived(folder)
    return folder


folder_of, _built = city(_build, autouse=True)


def test_an_organisation_sees_its_classes_with_their_grounds_and_contests_one() -> None:
    with travel(morning(DAY)):
        client = owner()
        page = text(client, "/my/classes")
        for words in (
            "企业信用风险分类",
            "E类",
            "列入严重违法失信名单",
            "有价格失信记录",
            "申请复核",
            "内部掌握，不公示",
        ):
            assert words in page, words
        sent = {"scheme": RISK, "statement": "已经整改。"}
        made = client.post("/my/begin/class-review", sent)
        assert made.status_code == 302, made.content.decode()
        assert "待复核" in text(client, made["Location"].partition("?")[0])


def test_departments_see_what_is_theirs_to_see() -> None:
    with travel(morning(DAY)):
        mine = signed_in(Role.DECIDER, provider="market-regulation", name="mine")
        page = text(mine, f"/desk/classes?scheme={RISK}&level=E")
        assert NAMES[0] in page
        assert NAMES[1] not in page
        told = mine.post("/desk/classes/of", {"code": CODES[0]}).content.decode()
        assert "列入严重违法失信名单" in told
        assert mine.get(f"/desk/classes?scheme={RISK}&as=xlsx").status_code == 200
        assert mine.post("/desk/classes/of", {"code": "91370102MA00000000"}).status_code == 422
        other = signed_in(Role.DECIDER, provider="taxation", name="other")
        assert NAMES[0] not in text(other, f"/desk/classes?scheme={RISK}")
        told = other.post("/desk/classes/of", {"code": CODES[0]}).content.decode()
        assert "有价格失信记录" in told
        assert "企业信用风险分类" not in told
