"""Keeping the lake: compaction by night, statistics, the proof that it agrees with the database.

Invariant: each resource is worked on by itself, so that one that fails leaves the others done.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.db.models import Count

from quanxin.archive.lake_compaction import WORTH_IT, Compacted, Statistics, compact, statistics
from quanxin.archive.lake_proof import Proof, prove, resources
from quanxin.archive.lake_reading import files_of
from quanxin.archive.models import Record
from quanxin.runtime.duckdb_scratch import workshop

_log = logging.getLogger(__name__)


def compact_some(least: int = WORTH_IT, only: str | None = None) -> list[Compacted]:
    """Compact each resource of at least ``least`` files (or the one named); return what became of them."""
    done = []
    for resource in [only] if only else resources():
        if len(files_of(resource)) >= least:
            with workshop() as (con, workdir):
                done.append(compact(con, resource, workdir))
    return done


def compact_by_night() -> None:
    """What the worker does once a night."""
    for one in compact_some():
        _log.info("compacted %s: %s files to %s", one.resource, one.files_before, one.files)


def figures() -> list[Statistics]:
    """The lake's files by resource."""
    ended = Record.objects.exclude(superseded_at=None).values_list("resource").annotate(n=Count("id"))
    return statistics(dict(ended))


def proofs() -> Iterator[Proof]:
    """Compare lake and database, resource by resource."""
    for resource in resources():
        with workshop() as (con, workdir):
            yield prove(con, resource, workdir)
