"""Chinese first, English complete: no interface text without its translation, none outside the catalogue."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.web.messages import MO, PO, interface_texts, templates

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")
QUOTED_LAW = "《》"  # a title of a law keeps its brackets in either language
OWN_NAME = "中文"  # the switch names each language in itself


@pytest.fixture(scope="module")
def english() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def strings(message: Message) -> list[str]:
    """The translation of a text, each plural form of it."""
    found = message.string or ""
    return [found] if isinstance(found, str) else list(found)


def test_every_interface_text_has_an_english_translation(english: Catalog) -> None:
    missing = [text for text in interface_texts() if (found := english.get(text)) is None or not found.string]
    assert missing == []


def test_the_catalogue_holds_no_text_that_no_page_uses(english: Catalog) -> None:
    used = interface_texts()
    left_over = [m.id for m in english if m.id and (m.id[0] if isinstance(m.id, tuple) else m.id) not in used]
    assert left_over == []


def test_translations_keep_the_placeholders_of_the_original(english: Catalog) -> None:
    for message in english:
        if not message.id:
            continue
        wanted = set(PLACEHOLDER.findall(message.id if isinstance(message.id, str) else message.id[0]))
        assert all(set(PLACEHOLDER.findall(string)) == wanted for string in strings(message)), message.id


def test_english_texts_are_english(english: Catalog) -> None:
    texts = [string for message in english if message.id for string in strings(message)]
    assert [text for text in texts if CHINESE.search(text)] == []


def test_the_compiled_catalogue_is_the_one_that_is_read(english: Catalog) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, english)
    assert compiled.getvalue() == MO.read_bytes(), "run: pybabel compile -D django -d src/quanxin/web/locale"


@pytest.mark.parametrize("template", templates(), ids=lambda path: path.name)
def test_no_template_holds_chinese_outside_a_translated_text(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    text = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", text, flags=re.DOTALL)
    text = re.sub(r"{%.*?%}|{#.*?#}|{{.*?}}", "", text, flags=re.DOTALL)
    left = [found for found in CHINESE.findall(text.replace(OWN_NAME, "")) if found not in QUOTED_LAW]
    assert left == []


@pytest.mark.parametrize("template", templates(), ids=lambda path: path.name)
def test_no_template_needs_inline_script_or_style(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:|hx-on|\|safe|autoescape off", text)
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", text))
