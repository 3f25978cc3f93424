"""Nobody reads what records say but through the accessor: the modules that touch them are few, and each says why.

A module that reads the table of records, its model, or a record's payload, and is not listed here, fails; so does one that is
listed and no longer does. Pages, interface and commands are not listed: what they show comes as views from
``archive.queries`` (or as figures), for a viewer.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src/quanxin"

# What each module outside the accessor's own room does with records.
REASONS = {
    "checks/reading.py": "what a check finds, each record through the accessor for the item's purpose",
    "checks/many/records.py": "the same of many: the query is that of reading.py, the accessor is asked for each kind of record",
    "checks/sample.py": "which subjects of the sample city are on lists: ids alone",
    "evaluation/single.py": "reckons one subject's score, behind require_scores",
    "evaluation/sources.py": "reckons scores; shows nothing",
    "intake/conflicts.py": "the provider's own version of a decision that two hold, for the steward who judges",
    "intake/corrections.py": "a provider's own record, to hand its row in again",
    "intake/entering.py": "the record that a row of a case has just become",
    "sharing/national_export.py": "the national layout, item by item through the accessor",
    "sharing/feed.py": "consumers' feed, item by item through the accessor",
    "intake/founding_day.py": "the first day that the registers tell of a subject",
    "intake/handovers.py": "counts of what a provider hands over, and moves it",
    "intake/pipeline.py": "what a file replaces: ids and keys alone",
    "intake/subject_merges.py": "which records two subjects hold of one decision: ids and keys alone",
    "intake/ownership.py": "whose record stands: ids, keys and providers alone",
    "intake/quality/figures.py": "counts and days of lateness",
    "intake/quality/sampling.py": "document numbers that a provider published itself, to compare",
    "intake/link_decisions.py": "counts of what a judgement would leave",
    "intake/lake_upkeep.py": "counts of ended versions",
    "intake/unlinked_queue.py": "a register's own rows beside a row that waits, for the steward who judges",
    "supervision/drawing/population.py": "which subjects hold objects of a draw, and who is no more: ids and marks alone",
    "commitments/collection.py": "what came of commitments whose cases the reader may open, in a file with its line, and counts",
    "commitments/entering.py": "which record a case is about once an act made it",
    "commitments/exclusion.py": "whether a subject that promises is listed or broke a commitment: said, and not shown",
    "commitments/matching.py": "whether data show that a duty was kept; shows nothing",
    "sharing/webhook_events.py": "which resources an event is about",
    "intake/withdrawals.py": "a provider's own records, to end them",
    "measures/lists_portal/members.py": "the public lists, as the public reads them",
    "casework/beginning.py": "the record that a case is begun about, by its reference",
    "casework/cases.py": "which version a case is about",
    "rights/new_record_notices.py": "whom to tell of new records: ids alone",
    "casework/rendering.py": "the record that a notice to its own subject is about",
    "casework/notices.py": "the document number in a notice to its own subject",
    "casework/effects.py": "the version that an act is about, for its effects",
    "casework/filing.py": "which version a case is about",
    "casework/offers.py": "which record of its own a subject may begin a case about",
    "casework/parties.py": "a subject's own record, by its reference",
    "rights/repairs.py": "windows of a subject's own records, by the law",
    "rights/effects.py": "which records a ruling shields",
    "supervision/classing/reckoning.py": "reckons classes, the same for everybody, behind may_see; what records say is not shown",
    "measures/reckoning.py": "reckons what follows from records that the accessor showed; for acts, from the one of their case",
    "measures/standing.py": "whether the record behind an application stands",
    "measures/effects.py": "locks the record behind a measure while that is applied",
    "measures/delays.py": "when the records behind applications were replaced: moments alone",
    "measures/in_bulk.py": "reckons what follows for a city; shows nothing",
    "supervision/inspecting/portal.py": "the results of inspections, as the public reads them",
    "supervision/inspecting/assigning.py": "whether a subject is still there to be inspected: said, and not shown",
    "measures/sample.py": "the sample city asks for the repair of records behind its measures",
    "measures/told.py": "what follows from records that the accessor showed",
    "measures/due.py": "how addresses name the records of a list: ids alone",
    "measures/following.py": "which applications rest on what an event touched: keys alone",
    "rights/retention.py": "asks the accessor about each record that is past its time",
    "rights/documents.py": "whose decision a document is, and about which record",
    "casework/case_view.py": "which versions a case is about; what they say comes through the accessor",
    "my/records.py": "which of its own records stands; what it says comes through the accessor",
    "runtime/append_only.py": "names the table, so that nobody empties it",
    "intake/desk/records.py": "a provider's own record, after the accessor showed it",
}
# Faces that ask the database themselves, about no record: whether it is there, whom a token lets in, or does not, what
# was answered.
ASKING = ("web/views/system.py", "api/clients.py", "api/dead_tokens.py", "api/idempotency.py")
FACES = ("web", "my", "desk", "api", "cli")


def touches(path: Path) -> bool:
    """Whether a module names the table of records, its model, or a payload."""
    return any(_tells(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def _tells(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom(module="quanxin.archive.models", names=names):
            return any(name.name in ("Record", "*") for name in names)
        case ast.Import(names=names):
            return any(name.name == "quanxin.archive.models" for name in names)
        case ast.Constant(value=str(text)):
            return "archive_record" in text
        case _:
            return False


def modules() -> dict[str, Path]:
    found = {str(p.relative_to(SOURCE)): p for p in SOURCE.rglob("*.py") if "node_modules" not in p.parts}
    return {name: p for name, p in found.items() if not name.startswith("archive/") and "/migrations/" not in name}


def test_whoever_touches_records_is_known_and_says_why() -> None:
    assert {name for name, path in modules().items() if touches(path)} == set(REASONS)


def test_no_face_reads_the_lake_or_asks_the_database_itself() -> None:
    for name, path in modules().items():
        if name.partition("/")[0] in FACES and name not in ASKING:
            text = path.read_text(encoding="utf-8")
            for word in ("pg_cursor", "connection.cursor", "read_parquet", "lake_reading", ".raw(", ".extra("):
                assert word not in text, f"{name}: {word}"


@pytest.mark.parametrize(
    "code",
    [
        "from quanxin.archive.models import Record",
        "import quanxin.archive.models",
        "sql = 'SELECT * FROM archive_record_03'",
    ],
)
def test_the_test_sees_what_it_looks_for(tmp_path: Path, code: str) -> None:
    path = tmp_path / "sly.py"
    path.write_text(code, encoding="utf-8")
    assert touches(path)
