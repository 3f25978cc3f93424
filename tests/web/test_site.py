"""Whose site it is: words, colours and emblem of another city's pack, and nothing of this one anywhere else."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from quanxin.demo.run import write_city
from quanxin.policy import Pack, load
from quanxin.policy.lint.identity import colours_unreadable, divisions_unknown
from quanxin.policy.site import contrast
from quanxin.runtime.pack import current_pack

ROOT = Path(__file__).parents[2]
TODAY = dt.date(2026, 6, 1)
SITE = """
title: {zh: 信用样例, en: Credit Example}
place: {zh: 样例市, en: Example City}
slogan: {zh: 一诺千金, en: A promise kept}
contact: {telephone: 0000-12345, email: credit@example.org}
colours: {accent: "#7a1f3d", deep: "#4a1024", pale: "#f7e9ee", mist: "#fbf4f6"}
"""
DIVISIONS = """
key: division-example
title: {zh: 样例市行政区划, en: divisions of Example City}
edition: GB/T 2260
in_force: {from: 2020-01-01}
basis: [{title: 中华人民共和国行政区划代码, reference: GB/T 2260, confidence: H}]
codes:
  - {value: "990100", title: {zh: 样例市, en: Example City}}
  - {value: "990102", title: {zh: 城东区, en: Chengdong}}
"""
CITY = re.compile("济南|[Jj]inan|JINAN")
DEFAULT = (
    "src/quanxin/runtime/variables.py"  # the name of the pack that comes with the platform is the default of a setting
)
PLACES = "packs/national/codes/place-names.yaml"  # the names of all cities, as names of firms begin with them


def written(folder: Path, site: str = SITE, region: str = "990100") -> Pack:
    (folder / "codes").mkdir(parents=True)
    (folder / "pack.yaml").write_text(
        f"name: example\ntitle: {{zh: 样例市公共信用规则, en: Rules of Example City}}\nregion: '{region}'\n"
        "divisions: division-example\nextends: national\n",
        encoding="utf-8",
    )
    (folder / "site.yaml").write_text(site, encoding="utf-8")
    (folder / "codes" / "division-example.yaml").write_text(DIVISIONS, encoding="utf-8")
    (folder / "mark.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><title>样例</title></svg>', encoding="utf-8"
    )
    return load(folder)


@pytest.fixture
def other_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pack]:
    pack = written(tmp_path)
    monkeypatch.setattr(settings, "PACK", str(tmp_path))
    current_pack.cache_clear()
    yield pack
    current_pack.cache_clear()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("address", ["/", "/about", "/search?q=样例", "/manifest.webmanifest", "/no-such-page"])
def test_another_citys_pages_say_its_name_and_not_ours(other_city: Pack, address: str, language: str) -> None:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    text = client.get(address).content.decode()
    assert ("信用样例" if language == "zh-hans" else "Credit Example") in text or "\\u4fe1" in text
    assert not CITY.search(text)
    assert ("mailto:credit@example.org" in text) == (address == "/about")


def test_its_colours_and_its_emblem_are_served(other_city: Pack) -> None:
    rule = Client().get("/site.css").content.decode()
    assert "--spring: #7a1f3d" in rule
    assert "122, 31, 61" in rule
    assert b"".join(Client().get("/mark.svg").streaming_content).decode().endswith("样例</title></svg>")  # type: ignore[attr-defined]


def test_a_pack_that_says_nothing_of_its_site_names_no_city() -> None:
    national = load("national")
    assert (national.site.place.zh, national.divisions, national.on(TODAY).divisions) == ("本地", None, ())
    assert not list(divisions_unknown(national, TODAY)) + list(colours_unreadable(national, TODAY))


def test_colours_that_cannot_be_read_and_divisions_that_are_not_listed_are_told(tmp_path: Path) -> None:
    pale = written(tmp_path / "a", SITE.replace("#7a1f3d", "#f0a0b0"))
    assert [where for where, _ in colours_unreadable(pale, TODAY)] == ["site/colours/accent"]
    astray = written(tmp_path / "b", region="990200")
    assert [where for where, _ in divisions_unknown(astray, TODAY)] == ["pack/divisions"]
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


def test_nothing_of_one_city_stands_outside_its_pack() -> None:
    places = [
        *(ROOT / "src").rglob("*"),
        *(ROOT / "packs" / "national").rglob("*"),
        *(ROOT / "packs" / "shandong").rglob("*"),
    ]
    found = []
    for path in places:
        name = path.relative_to(ROOT).as_posix()
        if path.suffix not in {".py", ".html", ".txt", ".po", ".yaml", ".typ", ".js", ".css", ".svg", ".sql"}:
            continue
        if name in (DEFAULT, PLACES) or "/vendor/" in name or "node_modules" in name:
            continue
        found += [f"{name}:{n}" for n, line in enumerate(path.read_text("utf-8").splitlines(), 1) if CITY.search(line)]
    assert found == []


def test_the_sample_city_is_the_packs(other_city: Pack, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    write_city(100, 1, tmp_path / "files")
    texts = [p.read_text("utf-8-sig", "replace") for p in (tmp_path / "files").iterdir() if p.suffix == ".jsonl"]
    assert any("样例市城东区" in text for text in texts)
    assert not [text for text in texts if CITY.search(text)]
