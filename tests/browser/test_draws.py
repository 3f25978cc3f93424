"""The page that verifies a draw in a real browser: the same names and faults as the library, at any size, and nothing sent."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from quanxin.draws import Chain, Method, commitment_digest, published, verify
from tests.draws.cities import changed, city

pytestmark = [pytest.mark.browser]
LABELS = 100_000
SECONDS = 10


def judged(page: Page, files: dict[str, bytes], digest: str = "") -> tuple[list[str], set[str]]:
    """The names and the kinds of faults that the page shows of files."""
    media = {"json": "application/json", "csv": "text/csv"}
    page.locator("#draw-files").set_input_files(
        [{"name": name, "mimeType": media[name.rsplit(".")[-1]], "buffer": data} for name, data in files.items()]
    )
    page.locator("#draw-digest").fill(digest)
    page.locator("#verify-draw button").click()
    expect(page.locator("#draw-verdict")).to_be_visible(timeout=60_000)
    rows = page.locator("#draw-names tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(c => c.textContent).join('|'))"
    )
    return rows, set(page.locator("#draw-faults li").evaluate_all("all => all.map(one => one.dataset.kind)"))


def test_the_page_makes_the_draw_again(visit: Callable[..., Page]) -> None:
    page = visit("/draws/verify")
    asked: list[str] = []
    page.wait_for_load_state("networkidle")
    page.on("request", lambda request: asked.append(request.url))
    for seed in range(10):
        town = city(seed, method=Method.RFC3797 if seed % 4 == 3 else Method.VRS)
        made, digest = town.with_substitutes(), commitment_digest(town.commitment).hex()
        assert judged(page, published(made, town.frame, town.pool), digest) == ([str(x) for x in made.standing], set())
    files = city(4).files()
    assert judged(page, files, "ab" * 32)[1] == {"commitment"}
    for number, other in enumerate(changed(files)):
        assert judged(page, other)[1] == {fault.kind.value for fault in verify(other).faults}, number
    assert judged(page, {"draw.json": b"{}"})[1] == {"form"}
    expect(page.locator("#draw-faults li")).to_have_text("文件缺失或格式不符：draw.json")
    assert [address for address in asked if not address.endswith(".svg")] == []  # the tab's own icon


def test_a_hundred_thousand_labels_are_soon_verified(visit: Callable[..., Page]) -> None:
    from bench.draws import drawn_files

    page, files = visit("/draws/verify"), drawn_files(LABELS, Chain.fresh())
    started = time.perf_counter()
    assert judged(page, files)[1] == set()
    print(f"{LABELS:,} labels verified in the browser: {time.perf_counter() - started:.1f} s (≤ {SECONDS})")
