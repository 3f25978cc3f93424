"""Where sealed texts and blind indexes stand in the database: the one list of them.

Invariant: no other column holds sealed bytes or an index of a person's number (a test looks into every column); what is
listed here is moved when keys are rotated. A room that seals in a column of its own names it here, by its table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from quanxin.identifiers.ring import Key
from quanxin.identifiers.sealing import MARK, head_of, text_head_of


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of sealed texts. ``of`` is SQL over its row: what they are sealed as.

    ``form`` is ``bytes`` for a bytea, ``cells`` for a jsonb object of which some values are sealed as text.
    """

    table: str
    column: str
    form: Literal["bytes", "cells"]
    of: str

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"

    def under(self, key: Key) -> tuple[str, bytes | str]:
        """SQL that is true of a row with something sealed under a key, and its parameter."""
        if self.form == "bytes":
            return f"substring({self.column} from 1 for 6) = %s", head_of(key)
        return f"{self._some} LIKE %s)", text_head_of(key) + "%"

    def under_another(self, key: Key) -> tuple[str, bytes | str]:
        """SQL that is true of a row with something sealed, but not under a key, and its parameter."""
        if self.form == "bytes":
            return f"{self.column} IS NOT NULL AND substring({self.column} from 1 for 6) <> %s", head_of(key)
        return f"{self._some} LIKE '{MARK}%%' AND e.value NOT LIKE %s)", text_head_of(key) + "%"

    def heads(self) -> str:
        """A SELECT of the different beginnings of what is sealed in the column, as bytes or text."""
        if self.form == "bytes":
            return f"SELECT DISTINCT substring({self.column} from 1 for 6) FROM {self.table} WHERE {self.column} IS NOT NULL"
        cells = f"{self.table}, jsonb_each_text({self.column}) e WHERE {self.column}::text LIKE '%\"{MARK}%'"
        return f"SELECT DISTINCT left(e.value, {len(MARK) + 8}) FROM {cells} AND e.value LIKE '{MARK}%'"

    @property
    def _some(self) -> str:
        """The beginning of a test for some cell; most rows are told by their text to have none."""
        return f"{self.column}::text LIKE '%%\"{MARK}%%' AND EXISTS (SELECT 1 FROM jsonb_each_text({self.column}) e WHERE e.value"


@dataclass(frozen=True, slots=True)
class Indexed:
    """A column of blind indexes of the number that is sealed in the same row."""

    table: str
    column: str
    sealed: Sealed


_IDENTIFIER = Sealed("subjects_identifier", "sealed", "bytes", "'identity'")
SEALED = (
    _IDENTIFIER,
    Sealed("sharing_webhook", "secret", "bytes", "'webhook:' || consumer_id || ':' || url"),
    Sealed("checks_listrequest", "content", "bytes", "'check-list:' || id"),
    Sealed("supervision_chain", "secret", "bytes", "'chain:' || provider"),
    Sealed("documents_body", "sealed", "bytes", "'document:' || document_id || ':' || form"),
    Sealed("intake_held", "original", "cells", "'held'"),
    Sealed("mfa_authenticator", "data", "cells", "'factor'"),
)
INDEXED = (Indexed("subjects_identifier", "value", _IDENTIFIER),)
# Columns that repeat an index of ``subjects_identifier`` and seal no number of their own: they change along with it.
REPEATED = (("accounts_binding", "identity"), ("accounts_agency", "identity"))
