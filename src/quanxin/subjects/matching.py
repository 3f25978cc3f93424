"""Whom a row is about.

Invariant: a row joins a subject by the strongest identifier it carries and by nothing weaker: code, then 注册号, then
组织机构代码, then identity number, and only without any of the first and last by exact normalised name within a
period that covers its date. A blank never matches; two candidates are no match; a weaker identifier never joins a
row to a subject that is known under another code.

Where the register tells nothing, or more than one thing, a steward's decision that stands about the same stated
identity tells (``Decision``). A code that the register knows always comes before a decision; what the register learnt
after a decision, and contradicts it, makes the row ambiguous again, for a person to look at.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from quanxin.runtime.bridge import ask

CANDIDATES = """
WITH by_code AS (
    SELECT c.combo, i.subject_id, 'code' AS how, NULL::bigint AS decision, false AS exact
    FROM incoming_combo c JOIN subjects_identifier i ON i.kind = 'uscc' AND i.value = c.code
), standing AS (
    SELECT c.combo, d.subject_id, d.id, d.name = coalesce(c.name, '') AS exact, d.at
    FROM incoming_combo c
    JOIN subjects_decision d ON d.kind = c.kind AND d.value = c.value AND d.provider IN ('', c.provider)
        AND d.undone_at IS NULL AND d.subject_id IS NOT NULL
    WHERE NOT EXISTS (SELECT 1 FROM by_code b WHERE b.combo = c.combo)
), by_decision AS (
    SELECT combo, subject_id, 'decision', id, exact, at FROM standing s
    WHERE exact OR NOT EXISTS (SELECT 1 FROM standing e WHERE e.combo = s.combo AND e.exact)
), by_registration AS (
    SELECT c.combo, i.subject_id, 'registration-number', NULL::bigint, false
    FROM incoming_combo c
    JOIN subjects_identifier i ON i.kind = 'registration-number' AND i.value = c.registration
    JOIN subjects_subject s ON s.id = i.subject_id
    WHERE NOT EXISTS (SELECT 1 FROM by_code b WHERE b.combo = c.combo) AND (c.code IS NULL OR s.code = '')
      AND NOT EXISTS (SELECT 1 FROM by_decision d WHERE d.combo = c.combo AND i.recorded_at <= d.at)
), by_organisation AS (
    SELECT c.combo, i.subject_id, 'organisation-code', NULL::bigint, false
    FROM incoming_combo c
    JOIN subjects_identifier i ON i.kind = 'uscc' AND substr(i.value, 9, 9) = c.organisation
    WHERE c.code IS NULL AND NOT EXISTS (SELECT 1 FROM by_registration b WHERE b.combo = c.combo)
      AND NOT EXISTS (SELECT 1 FROM by_decision d WHERE d.combo = c.combo AND i.recorded_at <= d.at)
), by_identity AS (
    SELECT c.combo, i.subject_id, 'identity', NULL::bigint, false
    FROM incoming_combo c JOIN subjects_identifier i ON i.kind = 'identity' AND i.value = c.identity
), by_identifier AS (
    SELECT * FROM by_code UNION ALL SELECT * FROM by_registration
    UNION ALL SELECT * FROM by_organisation UNION ALL SELECT * FROM by_identity
), by_name AS (
    SELECT DISTINCT c.combo, n.subject_id, 'name', NULL::bigint, false
    FROM incoming_combo c
    JOIN subjects_name n ON n.norm = c.name
    JOIN subjects_subject s ON s.id = n.subject_id AND NOT s.natural
    WHERE c.code IS NULL AND c.identity IS NULL
      AND NOT EXISTS (SELECT 1 FROM by_identifier b WHERE b.combo = c.combo)
      AND NOT EXISTS (SELECT 1 FROM by_decision d WHERE d.combo = c.combo AND n.recorded_at <= d.at)
      AND NOT EXISTS (
          SELECT 1 FROM subjects_identifier i
          WHERE i.subject_id = n.subject_id
            AND (i.kind = 'registration-number' AND i.value <> c.registration
                 OR i.kind = 'uscc' AND substr(i.value, 9, 9) <> c.organisation))
)
SELECT b.combo, coalesce(s.merged_into_id, s.id), s.natural, b.how, n.valid_from, n.valid_until,
       coalesce(n.current, false), n.id IS NOT NULL, cur.norm, cur.stated_on, s.type, coalesce(b.decision, made.id),
       b.exact
FROM (SELECT * FROM by_identifier UNION ALL SELECT * FROM by_name
      UNION ALL SELECT combo, subject_id, 'decision', id, exact FROM by_decision) b
JOIN incoming_combo c ON c.combo = b.combo
JOIN subjects_subject s ON s.id = b.subject_id
LEFT JOIN subjects_name n ON n.subject_id = b.subject_id AND n.norm = c.name
LEFT JOIN subjects_name cur ON cur.subject_id = b.subject_id AND cur.current
LEFT JOIN subjects_decision made ON made.subject_id = b.subject_id AND made.act = 'create' AND made.undone_at IS NULL
"""

COLUMNS = {
    "combo": "BIGINT",
    "subject_id": "BIGINT",
    "person": "BOOLEAN",
    "how": "VARCHAR",
    "name_from": "DATE",
    "name_until": "DATE",
    "name_current": "BOOLEAN",
    "name_known": "BOOLEAN",
    "current_norm": "VARCHAR",
    "current_stated_on": "DATE",
    "type": "VARCHAR",
    "decision": "BIGINT",
    "exact": "BOOLEAN",
}

# A name that is current is always good; a former one only for a day within its period.
MATCHED = """
CREATE OR REPLACE TABLE matched AS
WITH fit AS (
    SELECT i.row_no, i.name IS NULL AS nameless, d.subject_id, d.how, d.person, d.current_norm, d.current_stated_on,
           d.exact OR d.name_known AND (d.name_current OR (coalesce(d.name_from <= i.day, true)
                                                AND coalesce(i.day <= d.name_until, true))) AS name_fits, d.decision
    FROM incoming i
    JOIN combos c ON c.code IS NOT DISTINCT FROM i.code AND c.registration IS NOT DISTINCT FROM i.registration
        AND c.organisation IS NOT DISTINCT FROM i.organisation AND c.identity IS NOT DISTINCT FROM i.identity
        AND c.name IS NOT DISTINCT FROM i.name AND c.provider = {provider}
    JOIN candidates d ON d.combo = c.combo
    WHERE d.how <> 'name' OR d.name_current OR (coalesce(d.name_from <= i.day, true)
                                                AND coalesce(i.day <= d.name_until, true))
), told AS (
    SELECT row_no, min(subject_id) AS subject_id, count(DISTINCT subject_id) AS subjects, min(how) AS how,
           bool_or(person) AS person, bool_or(name_fits OR nameless) AS name_fits,
           min(current_norm) AS current_norm, min(current_stated_on) AS current_stated_on, min(decision) AS decision
    FROM fit GROUP BY row_no
)
SELECT i.row_no, CASE WHEN t.subjects = 1 THEN t.subject_id END AS subject_id, t.how, coalesce(t.person, false) AS person,
       t.current_norm, t.current_stated_on, coalesce(t.name_fits, false) AS name_fits, t.decision,
       CASE WHEN t.subjects > 1 THEN 'subject-ambiguous' WHEN t.subjects IS NULL THEN 'subject-unknown'
            WHEN NOT t.name_fits THEN 'subject-name-mismatch' END AS problem, false AS anothers
FROM incoming i LEFT JOIN told t USING (row_no)
"""


# What a row's identity is, for decisions: its strongest number, or without any its name.
STATED = {
    "kind": "CASE WHEN code IS NOT NULL THEN 'uscc' WHEN registration IS NOT NULL THEN 'registration-number' "
    "WHEN organisation IS NOT NULL THEN 'organisation-code' WHEN identity IS NULL AND name IS NOT NULL THEN 'name' END",
    "value": "coalesce(code, registration, organisation, CASE WHEN identity IS NULL THEN name END)",
}


def match(con: duckdb.DuckDBPyConnection, workdir: Path, *, provider: str, enrolling: bool) -> None:
    """Match the rows of the DuckDB table ``incoming`` to the register.

    ``provider`` is SQL that tells whose a row is by its ``row_no``: a decision about a name alone counts for its own
    provider. A register's own rows (``enrolling``) make the subject of a new code, whatever was decided about it before.

    Takes ``incoming(row_no, code, registration, organisation, identity, name, day)``: identity is a blind index, name
    is normalised, day is the date of the row's event. Makes ``matched(row_no, subject_id, how, person, current_norm,
    current_stated_on, name_fits, decision, problem, anothers)``, one row each; ``anothers`` is for the caller to set on rows
    that change nothing, for they are about another provider's record; ``problem`` is null, ``subject-unknown``,
    ``subject-ambiguous`` or ``subject-name-mismatch`` (national error 1001); ``decision`` is the steward's decision
    without which the row would not have its subject. Runs within the caller's transaction.
    """
    con.execute(
        f"CREATE OR REPLACE TABLE combos AS SELECT row_number() OVER () AS combo, *, "
        f"CASE WHEN NOT ({enrolling} AND code IS NOT NULL) THEN {STATED['kind']} END AS kind, "
        f"{STATED['value']} AS value FROM (SELECT DISTINCT code, registration, organisation, identity, name, "
        f"{provider} AS provider FROM incoming)"
    )
    fields = dict.fromkeys(
        ("combo", "code", "registration", "organisation", "identity", "name", "kind", "value", "provider"), "text"
    ) | {"combo": "bigint"}
    rows = f"SELECT {', '.join(fields)} FROM combos"
    ask(con, rows, "incoming_combo", fields, CANDIDATES, "candidates", COLUMNS, workdir)
    con.execute(MATCHED.format(provider=provider))
    for table in ("combos", "candidates"):
        con.execute(f"DROP TABLE {table}")
