"""Of a natural person no measure stands in any list, figure or public page; what follows is for its own eyes alone."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client

from quanxin.accounts import operator
from quanxin.accounts.actors import Role
from quanxin.archive import open_data, viewers
from quanxin.archive.errors import NoSuchSubject
from quanxin.calendar import today, travel
from quanxin.demo.city import Member
from quanxin.demo.rows import Maker
from quanxin.intake.pipeline import intake
from quanxin.measures import due
from quanxin.measures.lists_portal.members import public_lists
from quanxin.measures.models import Due
from quanxin.measures.reckoning import consequences_of
from quanxin.policy.model import Resource
from quanxin.runtime.pack import current_pack
from quanxin.sharing import feed, national_export, subscriptions
from quanxin.subjects.models import Subject
from tests.access.test_matrix import routes
from tests.city import CODES, NAMES, person, register, write
from tests.desk.people import signed_in
from tests.measures.life import DAY, centre
from tests.once import city
from tests.rights.life import morning
from tests.sharing.test_feed import READER, follow, settle

pytestmark = pytest.mark.django_db
NAME = "样例人"


def _build(folder: Path) -> Path:
    with travel(morning(DAY)):
        register(folder)
        row = person() | {
            "court": "济南市历下区人民法院", "document_number": "（2026）鲁0102执1号", "duties": "给付货款。",
            "performance": "全部未履行", "decision_date": "2026-05-12", "person_document": None, "representative": None,
        }  # fmt: skip
        path = write(folder, "judgment-debtors", [row], "debtors.csv")
        intake(path, resource="judgment-debtors", provider="courts", actor=operator(), mode="append")
        due.refresh()
    return folder


folder_of, _built = city(_build, autouse=True)


def debtor() -> Subject:
    return Subject.objects.get(natural=True)


def test_what_follows_for_a_person_is_for_the_court_and_the_person() -> None:
    with travel(morning(DAY)):
        assert {c.measure for c in consequences_of(debtor(), centre())} >= {"debtor-consumption-limit"}
        with pytest.raises(NoSuchSubject):
            consequences_of(debtor(), viewers.PUBLIC)


def test_no_list_no_figure_and_no_page_names_a_person() -> None:
    assert not Due.objects.exists()
    with travel(morning(DAY)):
        court = signed_in(Role.DECIDER, provider="courts", name="court")
        centre_of = signed_in(Role.CENTRE, name="centre")
        for client in (court, centre_of, Client(headers={"accept-language": "zh-CN"})):
            for path in ("/desk/measures/due?any=1", "/desk/measures/applied", "/desk/measures/board",
                         "/desk/measures/applied?as=csv", "/lists/", "/lists/judgment-debtors"):  # fmt: skip
                answer = client.get(path)
                assert NAME not in answer.content.decode("utf-8", "ignore"), path


OPEN: dict[str, str | None] = {"disclosure": "可向社会公开", "public_until_stated": None}
PERSONS = ("欧阳样例甲", "司徒样例乙")


def person_resources() -> list[Resource]:
    """The resources in which a row may be about a natural person."""
    rules = current_pack().on(today())
    natural = {key for key, kind in rules.subject_types.items() if kind.natural}
    return [one for one in rules.resources.values() if natural & set(one.subject_types)]


def handed_in(folder: Path, resource: Resource, serial: int) -> Iterator[tuple[str, dict[str, str | None]]]:
    """Clean rows of a resource, about the company and about each person; whose each is, and what it says."""
    member = Member(0, "enterprise", CODES[0], NAMES[0], "370102", "历下区", DAY.replace(year=2015), "样例人", "", "")
    maker = Maker(resource, current_pack().on(DAY), Random(serial), DAY, number=serial)
    rows = [(NAMES[0], maker.row(member, DAY))] if "enterprise" in resource.subject_types else []
    for n, name in enumerate(PERSONS):
        said = maker.row(member, DAY) | person(serial=10 + n) | {"subject_name": name}
        rows.append((name, said | {"organisation_code": None, "registration_number": None}))
    for n, (_, row) in enumerate(rows):
        row |= OPEN | {"commitment_number": f"370100{DAY:%Y%m%d}{serial + n:06d}"}
    keys = {field.key for field in resource.fields}
    path = write(folder, resource.key, [{k: v for k, v in row.items() if k in keys} for _, row in rows], "rows.csv")
    made = intake(path, resource=resource.key, provider=resource.providers[0], actor=operator(), mode="append")
    assert (made.received, made.accepted) == (len(rows), len(rows)), (resource.key, made.codes)
    yield from rows


def text_of(path: Path) -> str:
    """What stands in a file; of a workbook, in all its parts."""
    if path.suffix != ".xlsx":
        return path.read_bytes().decode("utf-8", "ignore")
    with zipfile.ZipFile(path) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


def leaving(folder: Path, resources: list[Resource], anybody: Client) -> Iterator[tuple[str, str]]:
    """What leaves the platform for everybody, for consumers and for the nation, by where."""
    for name, path, _view in routes():
        if name.startswith("portal:"):
            yield path, anybody.get(path).getvalue().decode("utf-8", "ignore")
    for one in public_lists():
        yield f"/lists/{one.key}", anybody.get(f"/lists/{one.key}").content.decode()
    open_data.publish()
    day = open_data.latest()
    assert day is not None
    for file in (file for one in day.datasets for file in one.files):
        whole = anybody.get(f"/open-data/{day.day}/{file.name}").getvalue()
        yield file.name, str(pq.read_table(BytesIO(whole)).to_pylist()) if "parquet" in file.name else whole.decode()
    yield "catalogue", anybody.get("/open-data/catalog.jsonld").content.decode()
    settle()
    consumer = subscriptions.add_consumer(operator(), "anyone", title="样例单位")
    for one in resources:
        made = subscriptions.grant(operator(), consumer, one.key, purpose="sharing", agreement="共享〔2026〕1号")
        yield f"snapshot {one.key}", str(feed.snapshot(made, "", READER).items)
    yield "feed", str(follow(consumer))
    for one in filter(national_export.exportable, resources):
        for kind in ("xlsx", "xml"):
            out = folder / f"{one.key}.{kind}"
            national_export.export(operator(), one.key, out, kind=kind, first=DAY, last=DAY)  # type: ignore[arg-type]
            yield out.name, text_of(out)


def test_no_path_gives_a_person_a_public_line(tmp_path: Path) -> None:
    """Rows about persons in every resource there is for them: none leaves by a page, a file, the feed or an export."""
    anybody = Client(headers={"accept-language": "zh-CN"})
    with travel(morning(DAY)):
        resources = person_resources()
        rows = [row for n, one in enumerate(resources) for row in handed_in(tmp_path, one, 7000 + 100 * n)]
        secret = {text for name, said in rows if name in PERSONS for text in secrets_of(said)}
        assert Subject.objects.filter(natural=True).count() == 1 + len(PERSONS)
        shown = dict(leaving(tmp_path, resources, anybody))
        assert {where: found for where, text in shown.items() if (found := {s for s in secret if s in text})} == {}
        places = {where for where, text in shown.items() if NAMES[0] in text}  # where a line may be read, one is
        assert places >= {"/penalties", "/licences", "/lists/judgment-debtors", "feed", "snapshot judgment-debtors"}
        assert places >= {f"administrative-penalty.{kind}" for kind in ("csv", "parquet", "xlsx", "xml")}
        for text in sorted(secret):
            for answer in (
                anybody.get("/search", {"q": text}),
                anybody.get("/search/suggestions", {"q": text}),
                anybody.post("/lists/judgment-debtors", {"name": text}),
            ):
                assert "/subject/" not in answer.content.decode(), text
            assert anybody.get(f"/subject/{text}").status_code == 404, text
        assert f"/subject/{CODES[0]}" in anybody.get("/search/suggestions", {"q": NAMES[0][2:6]}).content.decode()


def secrets_of(said: dict[str, Any]) -> set[str]:
    """What would betray that a row about a person is there."""
    keys = ("subject_name", "identity_number", "document_number", "commitment_number")
    return {said[key] for key in keys if said.get(key)}
