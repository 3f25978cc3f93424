"""Names are shown and saved under; they never lead anywhere and never say what a file is not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanxin.attachments.inspect import magic
from quanxin.attachments.naming import ENDINGS, cleaned


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("履行证明.pdf", "履行证明.pdf"),
        ("履行 证明.PDF", "履行 证明.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\boot.ini", "boot.ini.pdf"),
        ("C:\\用户\\证明.pdf", "证明.pdf"),
        ("a.exe", "a.exe.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "abSet-Cookie_ x.pdf"),
        ("", "附件.pdf"),
        (".", "附件.pdf"),
        ("..", "附件.pdf"),
        (".pdf", "附件.pdf"),
        ("...pdf", "附件.pdf"),
        ("con.pdf", "_con.pdf"),
        ('a"; filename=b.html.pdf', "a_; filename=b.html.pdf"),
        ("/", "附件.pdf"),
        ("e\u0301.pdf", "é.pdf"),
        ("a\ud800.pdf", "a_.pdf"),
        ("\u200b\u2028.pdf", "附件.pdf"),
    ],
)
def test_names_are_cleaned(given_name: str, shown: str) -> None:
    assert cleaned(given_name, magic.PDF) == shown


@pytest.mark.parametrize("name", ["很" * 500, "很" * 500 + ".pdf", "a" * 5000 + ".PDF", "𠮷" * 300])
def test_long_names_are_shortened_and_keep_their_ending(name: str) -> None:
    shown = cleaned(name, magic.PDF)
    assert shown.endswith(".pdf")
    assert len(shown) <= 120
    assert len(shown.encode()) <= 240


@given(st.text(st.characters(codec=None), max_size=300), st.sampled_from(sorted(ENDINGS)))
def test_whatever_the_name_it_is_plain_and_cleaning_it_again_changes_nothing(name: str, kind: str) -> None:
    shown = cleaned(name, kind)
    assert not set(shown) & set('/\\<>:"|?*\0\r\n')
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in shown)
    assert shown.rpartition(".")[2] in ENDINGS[kind]
    assert not shown.startswith(".")
    assert len(shown) <= 120
    assert len(shown.encode()) <= 240
    assert cleaned(shown, kind) == shown
