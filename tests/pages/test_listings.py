"""A list: what its page draws, its file holds, its filters read, its addresses keep; and that every list is made by it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

import quanxin
from quanxin.calendar import ZONE
from quanxin.pages import fields
from quanxin.pages.fields import Item
from quanxin.pages.listings import Act, Bulk, Cell, Column, Filters, Kind, Listing, page_of, table_of
from quanxin.pages.paging import Onward
from quanxin.pages.tables import content_of

HOUSE = Path(quanxin.__file__).parent
AT = dt.datetime(2026, 3, 4, 16, 30, tzinfo=dt.UTC)
ITEMS = [
    Item("who", "谁", private=True), Item("day", "日", fields.Kind.DAY), Item("late", "逾期", fields.Kind.TICK),
    Item("kind", "类", fields.Kind.CHOICE, options=(("a", "甲"), ("b", "乙")), blank="全部"),
    Item("all", "", fields.Kind.HIDDEN),
]  # fmt: skip
COLUMNS = [
    Column("名称", lambda row: Cell(row["name"], "/x/1", notes=["注"], tag="印"), Kind.LINK),
    Column("日期", lambda row: AT.date(), Kind.DAY), Column("时间", lambda row: AT, Kind.MOMENT),
    Column("件数", lambda row: 12345, Kind.COUNT), Column("金额", lambda row: Decimal("0.50"), Kind.AMOUNT),
    Column("空", lambda row: None), Column("办理", lambda row: "做", Kind.ACT),
]  # fmt: skip
# Templates that draw a table and make no list by the part, with the reason.
NO_LISTS = {
    "pages/_grid.html": "figures: each row begins with its head, each table belongs to a study, a month or a chart",
    "accounts/account/home.html": "below the toolkit: one's own last sign-ins and sessions, never narrowed or paged",
    "casework/agenda.html": "a calendar's sheet",
    "desk/case.html": "which consumers took one decision in: facts of the case",
    "desk/case_file.html": "one case as a document to be printed",
    "desk/_terms.html": "the terms of one case, within its document",
    "evaluation/model.html": "grades and the points of one indicator: what a model says",
    "my/case.html": "a record before and after, item by item; who took one decision in",
    "web/_score.html": "the numbers of one score beside their bars",
    "web/draw_verify.html": "filled in by the browser from files that are never sent: there are no rows to list",
    "web/open_data.html": "the files of one day, each the place to which the catalogue for machines leads",
    "web/resource.html": "the fields of one resource: facts",
}


def request(query: str = "", **posted: str) -> HttpRequest:
    made = RequestFactory()
    return made.post(f"/list{query}", posted) if posted else made.get(f"/list{query}")


def drawn(listing: Listing, asked: HttpRequest) -> str:
    with translation.override("zh-hans"):
        return render_to_string("pages/_listing.html", {"listing": listing}, asked)


def listing_of(asked: HttpRequest, count: int = 45) -> Listing:
    filters = Filters(asked, ITEMS)
    rows, paging = page_of(asked, [{"name": f"第{n}"} for n in range(count)], 20, filters.kept)
    return Listing(key="k", title="表", columns=COLUMNS, rows=rows, paging=paging, filters=filters, empty="没有。")


def test_a_page_draws_its_rows_so_that_they_are_heard_and_stacked() -> None:
    text = drawn(listing_of(request("?page=2")), request())
    assert text.count("<tr") == 21
    assert "第 21–40 条，共 45 条" in text
    assert len(re.findall(r'<th scope="col"', text)) == len(COLUMNS)
    assert '<th scope="col" class="amount">件数' in text
    assert '<td class="amount" data-label="件数">12,345</td>' in text
    assert '<time datetime="2026-03-05T00:30:00+08:00">2026年3月5日 00:30</time>' in text
    assert '<td><a href="/x/1">第20</a> <span class="tag">印</span><p>注</p></td>' in text
    assert 'data-label="空">—</td>' in text
    assert '<h2 id="k">表</h2>' in text
    assert 'aria-labelledby="k"' in text


def test_a_file_says_what_the_page_says_and_nothing_that_can_be_done() -> None:
    held = list(
        csv.reader(io.StringIO(content_of(table_of("k", "表", COLUMNS, [{"name": "=1"}]), "csv").decode("utf-8-sig")))
    )
    assert held == [
        ["名称", "日期", "时间", "件数", "金额", "空"],
        ["'=1", "2026-03-04", "2026-03-05 00:30:00+08:00", "12345", "0.50", ""],
    ]


def test_a_list_gives_out_no_file_unless_its_page_lets_it() -> None:
    assert 'name="as"' not in drawn(listing_of(request()), request())


@pytest.mark.parametrize(("asked", "found"), [
    (request("?day=2026-01-02&late=1&kind=a&all=1"), {"day": "2026-01-02", "late": "1", "kind": "a", "all": "1"}),
    (request("?day=x&kind=&late="), {}), (request("?who=%E6%9F%90%E4%BA%BA"), {}), (request(who="某人"), {"who": "某人"}),
    (request("?kind=none"), {"kind": "none"}), (request("?day=2026-02-30"), {}),
    (request(who=" 某人 ", day="2026-01-02"), {"who": "某人", "day": "2026-01-02"}),
    (request("?kind=" + "a" * 300), {"kind": "a" * 128}), (request("?kind=a", who="某人"), {"who": "某人"}),
])  # fmt: skip
def test_filters_read_what_they_may(asked: HttpRequest, found: dict[str, str]) -> None:
    filters = Filters(asked, ITEMS)
    assert filters.kept == found
    assert set(filters.asked) == {item.key for item in ITEMS}
    assert filters.narrowed == bool({k: v for k, v in found.items() if k != "all"})


def test_a_choice_that_is_none_is_said_at_its_field() -> None:
    text = drawn(listing_of(request("?kind=none")), request())
    assert "请从列表中选择。" in text
    assert "（可不填）" not in text


def test_other_parts_keep_what_was_asked_for_and_an_address_nothing_that_names_somebody() -> None:
    text = drawn(listing_of(request("?kind=a&day=2026-01-02")), request())
    assert 'rel="next" href="?day=2026-01-02&amp;kind=a&amp;page=2"' in text
    asked = request(who="某人", kind="a")
    text = drawn(listing_of(asked), asked)
    assert '<form method="post">' in text
    assert re.search(r'<button name="page" value="2"', text)
    assert '<input type="hidden" name="who" value="某人">' in text
    assert not re.search(r'(?:href|action)="[^"]*(?:某人|%E6)', text)


def test_a_list_without_rows_says_what_helps() -> None:
    asked = request("?kind=a")
    text = drawn(listing_of(asked, 0), asked)
    assert '<p class="empty">没有。 <a href="/list">清除筛选</a></p>' in text
    every = request("?kind=a&all=1")
    assert '<a href="/list?all=1">清除筛选</a>' in drawn(listing_of(every, 0), every)
    assert "清除筛选" not in drawn(listing_of(request(), 0), request())
    assert "<table" not in text


def test_a_list_that_grows_goes_on_from_its_last_entry() -> None:
    rows, onward = Onward.of([9, 8, 7], 2, None, lambda one: one, keep={"act": "x", "none": ""})
    assert (list(rows), [turn.href for turn in onward.turns]) == ([9, 8], ["?act=x&before=8"])
    rows, onward = Onward.of([7], 2, 8, lambda one: one)
    assert (list(rows), [(turn.value, turn.href) for turn in onward.turns]) == ([7], [("", "?")])


def test_what_is_done_in_bulk_is_offered_for_the_rows_that_bear_it() -> None:
    asked = request()
    rows = [{"name": "甲"}, {"name": "乙"}]
    bulk = Bulk(
        "number",
        [Act("转办所选", "/do")],
        value=lambda row: row["name"] if row["name"] == "甲" else "",
        label=lambda row: f"选择 {row['name']}",
        ticked=lambda row: True,
    )
    text = drawn(Listing(key="k", title="表", columns=COLUMNS, rows=rows, bulk=bulk), asked)
    assert len(re.findall(r'type="checkbox" name="number" value="甲"\s+aria-label="选择 甲" checked', text)) == 1
    assert text.count('type="checkbox"') == 1
    assert '<form method="post" action="/do">' in text
    assert 'formaction="/do">转办所选</button>' in text


def test_moments_are_of_the_city_s_clock() -> None:
    assert Column("x", lambda _row: AT.astimezone(ZONE), Kind.MOMENT).plain(None) == "2026-03-05 00:30:00+08:00"


# --- every list is made by the part ----------------------------------------------------------------------------------


def templates() -> dict[str, str]:
    """Each template of the house by its room's name for it, with its text."""
    found = {}
    for path in HOUSE.glob("*/templates/**/*.html"):
        room, _templates, *rest = path.relative_to(HOUSE).parts
        found["/".join(rest) if rest[0] == room else f"{room}/{'/'.join(rest)}"] = path.read_text(encoding="utf-8")
    return found


def test_every_table_is_a_list_s_or_is_named_here_with_the_reason() -> None:
    drawing = {name for name, text in templates().items() if "<table" in text}
    assert drawing == {"pages/_rows.html"} | set(NO_LISTS)


def test_there_is_one_paging() -> None:
    """The portal's search draws its own: it ends after some pages and says in words where it stands."""
    paging = {name for name, text in templates().items() if 'class="pages"' in text}
    assert paging == {"pages/_paging.html", "web/search.html"}
    assert not any("_paging" in templates()[name] for name in NO_LISTS)


def test_no_form_puts_a_person_s_name_or_anybody_s_code_into_an_address() -> None:
    named = re.compile(r'name="(?:code|actor|username|subject|target|identity|whose|who|name)"')
    forms = re.compile(r"<form\b(?P<head>[^>]*)>(?P<body>.*?)</form>", re.DOTALL)
    for name, text in templates().items():
        for form in forms.finditer(text):
            assert 'method="post"' in form["head"] or not named.search(form["body"]), name
