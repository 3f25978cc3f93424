"""Columns for what people write in their own words: no person's number is ever written into them.

Invariant: whatever way a text goes into such a column (``save``, ``create``, ``update``, ``bulk_create``), identity, mobile
and card numbers in it are masked before, and the object that was saved shows what was kept. To migrations they are the plain
fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models

from quanxin.identifiers.personal_numbers import mask


class _Masking:
    """What the two kinds of field share."""

    if TYPE_CHECKING:
        attname: str

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """The value as it is kept, on the object too."""
        value = super().pre_save(model_instance, add)  # type: ignore[misc]
        if isinstance(value, str):
            value = mask(value)
            setattr(model_instance, self.attname, value)
        return value

    def get_prep_value(self, value: Any) -> Any:
        """The value for the database, in conditions too, so that a text is found as it was kept."""
        kept = super().get_prep_value(value)  # type: ignore[misc]
        return mask(kept) if isinstance(kept, str) else kept

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """The plain field: nothing about the column differs."""
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        kind = "TextField" if isinstance(self, models.TextField) else "CharField"
        return name, f"django.db.models.{kind}", args, kwargs


class FreeText(_Masking, models.TextField):  # type: ignore[type-arg]
    """A text of any length."""


class FreeLine(_Masking, models.CharField):  # type: ignore[type-arg]
    """A text of at most ``max_length`` characters."""
