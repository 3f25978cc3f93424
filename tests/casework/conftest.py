"""A city under the made-up pack, with one duty of care of a company, and the people who have to do with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from quanxin.runtime.pack import current_pack

PACK = str(Path(__file__).parent / "made_up")


@pytest.fixture(autouse=True, scope="module")
def _made_up() -> Iterator[None]:
    """The pack of the tests, for this module alone."""
    with override_settings(PACK=PACK):
        current_pack.cache_clear()
        yield
    current_pack.cache_clear()
