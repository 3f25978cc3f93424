"""What devices send: once, by their own inspectors, with photos that are photos and show nothing beside the picture."""

from __future__ import annotations

import datetime as dt
import json
import uuid
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from quanxin.accounts.actors import Role
from quanxin.archive.models import Record
from quanxin.attachments.models import Attachment
from quanxin.calendar import travel
from quanxin.casework import engine
from quanxin.casework.models import Case
from quanxin.supervision.inspecting.photos import bare
from quanxin.supervision.models import Inspector
from tests.attachments.making import jpeg
from tests.city import CODES, NAMES
from tests.desk.people import signed_in
from tests.my.people import owner, text
from tests.once import city
from tests.supervision.inspecting.life import ANSWERS, DEPARTMENT, ITEM, MORNING, PROVIDER, begun, inspection, ordered
from tests.supervision.inspecting.test_life import _build

pytestmark = pytest.mark.django_db
folder, _built = city(_build, autouse=True)
SENT = str(uuid.UUID(int=7))


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A white dot, with chunks beside the picture."""
    parts = [
        (b"IHDR", bytes.fromhex("00000001000000010800000000")),
        *chunks,
        (b"IDAT", zlib.compress(b"\0\xff")),
        (b"IEND", b""),
    ]
    whole = [len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4) for name, body in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(whole)


def client(name: str = "inspector") -> Client:
    return signed_in(Role.INSPECTOR, provider=PROVIDER, name=name)


def send(by: Client, case: Case, sent: str = SENT, photos: tuple[bytes, ...] = (), **changes: str) -> Any:
    form = {
        "sent": sent, "act": "find-nothing", "code": CODES[0], "by_code": "1", "answers": json.dumps({ITEM: ANSWERS}),
        "signer": "张某",
    } | changes  # fmt: skip
    files = [SimpleUploadedFile(f"{n}.png", data) for n, data in enumerate(photos)]
    return by.post(f"/desk/field/{case.number}/send", form | {"photo": files})


def test_a_device_is_given_its_inspectors_tasks_and_what_it_sends_is_taken_once() -> None:
    with travel(MORNING):
        case, by = begun(), client()
        begun(1, inspectors=[*Inspector.objects.filter(account=""), Inspector.objects.create(
            card="SD-9", name="别人", provider=PROVIDER, card_until="2030-01-01", load=1)])  # fmt: skip
        given = by.get("/desk/field/tasks").json()
        assert [task["number"] for task in given["tasks"]] == [case.number]
        (task,) = given["tasks"]
        assert (task["code"], task["name"]) == (CODES[0], NAMES[0])
        assert "find-nothing" in {result["key"] for result in task["results"]}
        began = by.post(f"/desk/field/{case.number}/begin", {"code": CODES[0], "begun_at": MORNING.isoformat()})
        assert began.status_code == 200
        assert send(by, case, signer="").json()["code"] == "signature-missing"
        first = send(by, case, photos=(png((b"tEXt", b"place\0secret")),))
        assert (first.status_code, first.json()["again"]) == (200, False)
        again = send(by, case, photos=(png(),))
        assert (again.status_code, again.json()["again"]) == (200, True)
        assert Record.objects.filter(resource="administrative-inspection").count() == 1
        assert Attachment.objects.filter(case=f"case:{case.pk}").count() == Attachment.objects.count() == 1
        other = send(by, case, str(uuid.UUID(int=8)))
        assert (other.status_code, other.json()["code"]) == (409, "sent-before")
        assert "inspector" in other.json()["said"]
        assert by.get("/desk/field/tasks").json()["tasks"] == []


def test_another_look_is_a_task_until_its_term_ends_and_is_taken_once() -> None:
    with travel(MORNING):
        case, by = ordered(), client()
        (task,) = by.get("/desk/field/tasks").json()["tasks"]
        assert (task["number"], task["found"], task["to"]) == (case.number, "发现问题已责令改正", "2026-06-12")
        assert [result["key"] for result in task["results"]] == ["confirm"]  # not corrected it is only after the term
    with travel(MORNING + dt.timedelta(days=4)):
        by = client()
        seen = {"act": "confirm", "rechecked_on": "2026-06-05", "reason": "已补办健康证", "unsigned": "现场无人"}
        assert send(client("stranger"), case, **seen).status_code == 404
        assert send(by, case, **seen | {"rechecked_on": "2026-06-30"}).status_code == 422
        assert send(by, case).json()["code"] == "sent-before"  # no second visit
        again = [send(by, case, photos=(png(),), **seen).json()["again"] for _ in range(2)]
        assert again == [False, True]
        record = Record.objects.get(resource="administrative-inspection", superseded_at=None)
        assert (record.version, "复查确认改正：已补办健康证" in record.payload["details"]) == (2, True)
        assert by.get("/desk/field/tasks").json()["tasks"] == []
        assert send(by, case, str(uuid.UUID(int=9)), **seen).json()["code"] == "sent-before"


def test_a_photo_that_is_none_a_withdrawn_task_and_a_stranger_are_told() -> None:
    with travel(MORNING):
        case, by = begun(), client()
        refused = send(by, case, photos=(png(), b"GIF89a no photo"))
        assert (refused.status_code, refused.json()["code"]) == (422, "photo-none")
        assert "1.png" in refused.json()["said"]
        assert not inspection(case).result
        assert send(client("stranger"), case).status_code == 404
        assert send(by, case, act="withdraw").json()["code"] == "result-unknown"
        engine.perform(DEPARTMENT, case.number, "withdraw", {"reason": "企业已停业"})
        over = send(by, case)
        assert (over.status_code, over.json()["code"]) == (409, "task-over")
        assert by.get("/desk/field/worker.js").content.startswith(b"const SHELL = ")


def test_what_a_camera_writes_beside_a_picture_goes() -> None:
    assert bare(png((b"eXIf", b"gps"), (b"iTXt", b"who"))) == png()
    picture = jpeg()
    exif = b"\xff\xe1" + (8).to_bytes(2) + b"Exif\0\0"
    assert bare(picture[:2] + exif + picture[2:]) == bare(picture)
    assert b"Exif" not in bare(picture[:2] + exif + picture[2:])
    assert bare(b"\xff\xd8\xff") == b"\xff\xd8\xff"


def test_the_subject_sees_who_came_and_on_what_basis_and_rates_it_once(folder: Path) -> None:
    with travel(MORNING):
        case, by = begun(), client()
        mine = owner()
        assert case.number not in text(mine, "/my/cases") + text(mine, "/my/inspections")
        assert mine.get(f"/my/inspections/{case.number}").status_code == 404
        assert send(by, case).status_code == 200
        page = text(mine, f"/my/inspections/{case.number}")
        for said in ("SD-370100-1", "市场监督管理", "食品安全法", "未发现问题", "对检查记录提出异议"):
            assert said in page
        assert mine.post(f"/my/inspections/{case.number}", {"stars": "9"}).status_code == 422
        for _twice in range(2):
            assert mine.post(f"/my/inspections/{case.number}", {"stars": "4", "words": "规范"}).status_code == 302
        assert mine.post(f"/my/inspections/{case.number}", {"stars": "1"}).status_code == 422
        assert inspection(case).stars == 4
        public = Client(headers={"accept-language": "zh-CN"}).get("/inspections/results").content.decode()
        assert NAMES[0] in public
        assert "未发现问题" in public
        desk = signed_in(Role.DECIDER, provider=PROVIDER, name="boss")
        assert case.number in text(desk, "/desk/inspections")
        foreign = signed_in(Role.DECIDER, provider="taxation", name="tax")
        assert case.number not in text(foreign, "/desk/inspections")
        assert foreign.get(f"/desk/inspections/{case.number}").status_code == 404
        assert "两名员工健康证过期" in text(desk, f"/desk/inspections/{case.number}")
        assert "不足 5 次，不显示" in text(desk, "/desk/inspections/board")


def test_a_case_check_begins_at_the_desk_and_is_refused_in_words() -> None:
    with travel(MORNING):
        desk = signed_in(Role.DECIDER, provider=PROVIDER, name="boss")
        sent = {
            "whose": CODES[0], "item": ITEM, "first": "SD-370100-1", "second": "SD-370100-1", "since": "2026-06-01",
            "until": "2026-06-20", "reason": "群众反映",
        }  # fmt: skip
        refused = desk.post("/desk/inspections/begin", sent)
        assert refused.status_code == 422
        assert "检查人员不得少于两人" in refused.content.decode()
        made = desk.post("/desk/inspections/begin", sent | {"second": "SD-370100-2"})
        assert made.status_code == 302
        assert "已派任务" in text(desk, made["Location"])
