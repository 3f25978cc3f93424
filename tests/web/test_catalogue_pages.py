"""The catalogue, open data and the lists say what the pack and the archive say, and own up to what is unsure."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from quanxin.archive.figures import CityFigures, LatestRow
from quanxin.policy.model import Mode, Publication, Resource, Text
from quanxin.web.views import lists, pages
from tests.web.stand_ins import CODE, FINE, NOON, NUMBER, StandInPack, penalty_resource

SHARED = penalty_resource(
    key="water-bills", title=Text(zh="水费", en="Water bills"), publication=Publication(mode=Mode.SHARED)
)
FIGURES = CityFigures(20143, {"enterprise": 20143}, 205871, 2, 1, 7, NOON, dt.date(2026, 3, 10))


def rows(first: int, last: int) -> list[LatestRow]:
    """Penalties from ``first`` down to ``last``, as the archive lists them."""
    return [
        LatestRow(
            CODE,
            f"济南第{n}厂",
            f"〔2026〕{n}号",
            ((NUMBER, f"〔2026〕{n}号"), (FINE, "3.2 万元")),
            dt.date(2026, 3, 1),
            "市场监管局",
            f"2026-03-01:{n}",
        )
        for n in range(first, last - 1, -1)
    ]


@pytest.fixture(autouse=True)
def ground(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty penalties under a pack of one public and one shared resource."""
    resources: list[tuple[Resource, int]] = [(penalty_resource(), 3037)]

    def latest(resource: str, *, limit: int, before: str | None = None) -> list[LatestRow]:
        day, _, number = (before or "2026-03-01:61").partition(":")
        dt.date.fromisoformat(day)
        return rows(int(number) - 1, max(1, int(number) - limit))

    for module in (pages, lists):
        monkeypatch.setattr(module, "latest", latest)
        monkeypatch.setattr(module, "current_pack", lambda: StandInPack(penalty_resource(), SHARED))
    monkeypatch.setattr(pages, "city_figures", lambda: FIGURES)
    monkeypatch.setattr(pages, "published_resources", lambda: resources)


def read(address: str) -> str:
    answer = Client(headers={"accept-language": "zh-CN"}).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_home_shows_the_live_figures_and_where_they_stand() -> None:
    text = read("/")
    for wanted in ("20,143", "205,871", "数据更新至 2026年3月10日 12:00"):
        assert wanted in text


def test_home_shows_the_latest_decisions_with_links_to_their_subjects() -> None:
    text = read("/")
    assert "济南第60厂" in text
    assert text.count(f'href="/subject/{CODE}"') == 2 * pages.HOME_LIST_LENGTH


def test_the_catalogue_lists_every_resource_with_mode_deadline_and_count() -> None:
    text = read("/catalogue")
    for wanted in ("行政处罚", "水费", "社会公开", "政务共享", "7 个工作日内", "3,037", "市场监管局"):
        assert wanted in text


def test_a_resource_shows_its_basis_and_owns_up_to_what_is_unsure() -> None:
    text = read("/catalogue/administrative-penalty")
    assert "《行政处罚法》第四十八条" in text
    assert text.count("待核对官方文本") == 1


def test_a_resource_shows_each_field_and_which_are_not_published() -> None:
    text = read("/catalogue/administrative-penalty")
    published = re.findall(r'data-label="是否公开">(?:<span class="tag">)?(公开|不公开)', text)
    assert published == ["公开", "公开", "公开", "不公开"]


def test_no_field_of_a_shared_resource_is_called_public() -> None:
    text = read("/catalogue/water-bills")
    assert set(re.findall(r'data-label="是否公开">(?:<span class="tag">)?(公开|不公开)', text)) == {"不公开"}
    assert "不向社会公开" in text


def test_a_resource_that_the_pack_lacks_is_not_found() -> None:
    assert Client().get("/catalogue/no-such-resource").status_code == 404


def test_open_data_says_so_before_its_first_day() -> None:
    assert "今天的数据还没有生成" in read("/open-data")
    assert Client().get("/open-data/catalog.jsonld").status_code == 404


def test_about_names_the_edition_of_the_rules() -> None:
    assert "0123456789ab" in read("/about")


def test_a_list_goes_on_where_it_ended_until_nothing_is_left() -> None:
    shown: list[str] = []
    address: str | None = "/penalties"
    while address:
        text = read(address)
        shown += re.findall(r"济南第(\d+)厂", text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        address = f"/penalties{following[1]}" if following else None
    assert [int(n) for n in shown] == list(range(60, 0, -1))


def test_a_cursor_that_is_none_is_a_bad_request_with_a_page() -> None:
    answer = Client(headers={"accept-language": "zh-CN"}).get("/penalties?before=yesterday:x")
    assert answer.status_code == 400
    assert "这个请求无法理解" in answer.content.decode()
