"""Cases of procedures in plain words: what somebody does on which day, and what comes of it.

Invariant: as in ``policy.model``: strict and frozen. What a case does not speak of is not compared.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from quanxin.policy.model import FieldKey, Key, Part


class Done(Part):
    """An act of a case that is played: when, by whom, with what, and how the case stands afterwards.

    ``by`` is ``subject``, ``nobody``, or a role; ``own`` plays it as the actor's own matter,
    ``other`` by another holder of the role, ``judged`` by somebody who
    judged the case that this one looks at, ``foreign`` by a role of another provider or district. What is not said is
    not compared; ``refused`` is the code with which the platform says no, and then nothing has changed.
    """

    at: str
    act: Key
    by: str
    own: bool = False
    other: bool = False
    judged: bool = False
    foreign: bool = False
    form: dict[str, str] = {}
    reason: str = ""
    papers: int = 0
    record: dict[str, str | None] | None = None  # what the record says by then: a new version of it
    withdrawn: bool = False  # the record does not stand any more by then
    refused: Key | None = None
    state: Key | None = None
    due: str | None = None
    notices: tuple[Key, ...] | None = None
    effects: tuple[str, ...] | None = None
    changes: dict[FieldKey, str] | None = None


class ProcedureCase(Part):
    """A case of a procedure in plain words: acts with their dates and actors, and what comes of each.

    ``provider``: whether a department decides it, or the credit centre; of a case that is its filer's, whether the filer
    acts for a department. ``record`` are the items of the record that it is about; a score is named by ``score``.
    """

    title: str
    procedure: Key
    provider: bool = True
    record: dict[str, str | None] = {}
    resource: Key | None = None
    score: bool = False
    acts: Annotated[tuple[Done, ...], Field(min_length=1)]
