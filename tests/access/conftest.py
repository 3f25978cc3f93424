"""The city of ``scene`` is built once for a module; what a test does to it is undone after the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from quanxin.calendar import travel
from tests.access import scene as city_of
from tests.access.scene import MOMENT, Scene
from tests.once import city

_scene, _built = city(city_of.build)


@pytest.fixture
def scene(_scene: Scene) -> Iterator[Scene]:
    """The city on the morning on which others try for what is in it."""
    with travel(MOMENT):
        yield _scene
