"""A document is issued once, stays as it was, and says by itself who issued it."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from typing import Any

import pypdf
import pytest
from django.db import DatabaseError, connection, transaction

from quanxin.accounts import operator
from quanxin.calendar import day_of, now
from quanxin.documents import ending, issuing, numbers
from quanxin.documents.errors import DocumentError
from quanxin.documents.models import Document
from quanxin.documents.standing import Standing, standing
from quanxin.documents.typesetting import Sheet
from quanxin.ledger import log, signing
from quanxin.policy.documents import NumberFormat
from quanxin.proofs import credentials
from tests.documents.sheets import PLAIN

pytestmark = pytest.mark.django_db


def draft(key: str = "test:1", **changed: Any) -> issuing.Draft:
    told: dict[str, Any] = {
        "kind": "credit-report", "key": key, "title": "公共信用信息报告", "about": key, "sheet": PLAIN,
        "content": {"name": "济南示例有限公司", "records": 3}, "data": {"title": "公共信用信息报告", "lines": ["𠮷野家", "甲"]},
    }  # fmt: skip
    return issuing.Draft(**{**told, **changed})


def test_it_is_issued_once_and_stays() -> None:
    made = issuing.issue(operator(), draft())
    again = issuing.issue(operator(), draft(title="another"))
    assert again.pk == made.pk
    assert issuing.pdf(made) == issuing.pdf(again)
    assert len(made.number) == 22
    assert numbers.written(f" {made.number.lower()[:8]}-{made.number.lower()[8:]}") == made.number
    bodies = {body.form: body.sha256 for body in made.bodies.all()}
    assert bodies == {
        "pdf": hashlib.sha256(issuing.pdf(made)).hexdigest(),
        "json": hashlib.sha256(issuing.json(made)).hexdigest(),
    }
    leaf = log.leaf_of("document", f"document:{made.number}")
    assert leaf is not None
    assert leaf.content is not None
    assert leaf.content["pdf"] == bodies["pdf"]
    assert "济南" not in json.dumps(leaf.content, ensure_ascii=False)


def test_what_was_issued_never_changes() -> None:
    made = issuing.issue(operator(), draft())
    for change in ("title = 'x'", "made_at = now()", "valid_until = '2099-01-01'", "subject_id = 7", "content = 'x'"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE documents_document SET {change}")
    for change in (
        "UPDATE documents_body SET sha256 = 'x'",
        "DELETE FROM documents_body",
        "DELETE FROM documents_document",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert standing(made, now()) is Standing.VALID


def test_the_twin_is_signed_by_the_platform_and_says_the_same() -> None:
    made = issuing.issue(operator(), draft(until=day_of(now())))
    twin = json.loads(issuing.json(made))
    assert credentials.proves(twin, bytes.fromhex(signing.public_key()))
    assert twin["credentialSubject"] == draft().content
    assert twin["contentDigest"] == made.content
    assert twin["number"] == made.number
    assert "validUntil" in twin


def test_the_sheet_shows_what_it_was_given() -> None:
    reader = pypdf.PdfReader(io.BytesIO(issuing.pdf(issuing.issue(operator(), draft(watermark="申请人甲")))))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "野家" in text
    assert "/verify/" in text
    assert "第 1 页，共 1 页" in text
    assert "#panic" in "".join(
        page.extract_text() for page in pypdf.PdfReader(io.BytesIO(issuing.pdf(issuing.issue(operator(), draft(
            key="test:2", data={"title": "甲", "lines": ["#panic()", "*not bold*"]}))))).pages
    )  # fmt: skip


def test_how_it_ends() -> None:
    one, two, three = (issuing.issue(operator(), draft(key=f"test:{n}")) for n in range(3))
    ending.supersede(operator(), one, two)
    one.refresh_from_db()
    assert standing(one, now()) is Standing.SUPERSEDED
    with pytest.raises(DocumentError, match="替换"):
        ending.supersede(operator(), one, three)
    ended = ending.revoke(operator(), two.number, "wrong-content", "金额有误")
    assert ending.revoke(operator(), two.number, "wrong-content", "again").revoked_at == ended.revoked_at
    assert standing(ended, now()) is Standing.REVOKED
    assert standing(ended, now() - dt.timedelta(days=1)) is Standing.VALID
    old = issuing.issue(operator(), draft(key="test:9", until=dt.date(2020, 1, 1)))
    assert standing(old, now()) is Standing.EXPIRED
    ending.revoke_certificate(operator(), three.certificate_id, now() - dt.timedelta(hours=1), "失密")
    assert standing(Document.objects.get(pk=three.pk), now()) is Standing.UNTRUSTED


def test_numbers_follow_the_format_of_their_kind() -> None:
    at = dt.datetime(2026, 5, 5, 8, 41, 52, 560952, tzinfo=dt.UTC)
    assert numbers.draw(NumberFormat(stamp="yyyyMMddHHmmssSSS", random=5), at).startswith("20260505164152560")
    drawn = {numbers.draw(NumberFormat(stamp="yyyyMMdd", random=8), at) for _ in range(50)}
    assert len(drawn) == 50
    assert {len(one) for one in drawn} == {16}
    assert numbers.written("../../etc") == ""
    assert numbers.written("1" * 500) == ""


def test_another_kind_is_refused() -> None:
    with pytest.raises(DocumentError):
        issuing.issue(operator(), draft(kind="nothing", sheet=Sheet("x", "y")))
