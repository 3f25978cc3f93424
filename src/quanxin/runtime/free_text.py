"""Columns for what people write in their own words: no person's number is ever written into them.

Invariant: whatever way a text goes into such a column (``save``, ``create``, ``update``, ``bulk_create``), identity, mobile
and card numbers in it are masked before, and the object that was saved shows what was kept. To migrations they are the plain
fields.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models

from quanxin.identifiers.personal_numbers import mask

_DIGEST = re.compile("[0-9a-f]{32,}")


def masked(value: Any) -> Any:
    """A value without the personal numbers in its texts, at any depth; a digest is no text."""
    if isinstance(value, str):
        return value if _DIGEST.fullmatch(value) else mask(value)
    if isinstance(value, dict):
        return {key: masked(one) for key, one in value.items()}
    return [masked(one) for one in value] if isinstance(value, list | tuple) else value


class _Masking:
    """What the kinds of field share."""

    if TYPE_CHECKING:
        attname: str

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """The value as it is kept, on the object too."""
        value = super().pre_save(model_instance, add)  # type: ignore[misc]
        value = masked(value)
        setattr(model_instance, self.attname, value)
        return value

    def get_prep_value(self, value: Any) -> Any:
        """The value for the database, in conditions too, so that a text is found as it was kept."""
        return masked(super().get_prep_value(value))  # type: ignore[misc]

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """The plain field: nothing about the column differs."""
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        kind = next(kind for kind in (models.TextField, models.CharField, models.JSONField) if isinstance(self, kind))
        return name, f"django.db.models.{kind.__name__}", args, kwargs


class FreeText(_Masking, models.TextField):  # type: ignore[type-arg]
    """A text of any length."""


class FreeLine(_Masking, models.CharField):  # type: ignore[type-arg]
    """A text of at most ``max_length`` characters."""


class FreeJson(_Masking, models.JSONField):
    """Particulars, of which some are such texts."""
