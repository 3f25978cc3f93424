"""A sheet for tests."""

from __future__ import annotations

from quanxin.documents.typesetting import Sheet

PLAIN = Sheet("tests.documents", "plain.typ")
