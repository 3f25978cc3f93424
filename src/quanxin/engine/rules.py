"""Everything that is asked of a row, as conditions that are true where something is to be said.

Invariant: each test has one code of the taxonomy and looks at the typed values of one row; no test stops another, so
a row is told everything that is wrong with it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from quanxin.engine import amounts, dates
from quanxin.engine.characters import HELD, PRIVATE
from quanxin.engine.days import DAY, dated
from quanxin.engine.normalise import BLANKS, failed_cell, half_width, literal, powers_of_ten, quoted
from quanxin.engine.subject import Subjects
from quanxin.engine.taxonomy import ERRORS
from quanxin.identifiers import sql
from quanxin.policy import storage
from quanxin.policy.model import Check, FieldDef, FieldType, Resource

# Years that no register of today holds by right: a date outside is a slip of the pen.
EARLIEST, LATEST = "1800-01-01", "2199-12-31"
UNREADABLE: Mapping[FieldType, str] = {
    FieldType.DATE: "date-unreadable", FieldType.DATETIME: "date-unreadable", FieldType.MONTH: "date-unreadable",
    FieldType.YEAR: "number-unreadable", FieldType.INTEGER: "number-unreadable", FieldType.DECIMAL: "number-unreadable",
    FieldType.MONEY_WAN: "money-unreadable", FieldType.MONEY_YUAN: "money-unreadable",
    FieldType.CAPITAL: "capital-unreadable", FieldType.BOOLEAN: "boolean-unreadable",
    FieldType.CODE: "code-unknown", FieldType.CODES: "code-unknown", FieldType.DIVISION: "division-unknown",
}  # fmt: skip
_ODD = {"control-character": HELD, "private-use-character": PRIVATE}
_CODE_FAULTS = ("uscc-length", "uscc-charset", "uscc-check-digit")


@dataclass(frozen=True, slots=True)
class Test:
    """A condition that is true where ``code`` is to be said of ``field`` (None: of the row).

    With ``cells``, a pattern, it is said of each field whose cell as written has a match of it.
    """

    code: str
    condition: str
    field: str | None = None
    check: str | None = None
    cells: str | None = None

    @property
    def severity(self) -> str:
        return ERRORS[self.code].severity


def tests_of(resource: Resource, subjects: Subjects, present: frozenset[str]) -> list[Test]:
    """All tests of a resource for a file that has the fields ``present``.

    Conditions speak of columns ``"field"`` (typed), ``"_t_field"`` (cleaned text), ``"_w_field"`` (as written),
    ``"_rough_field"`` (whether it has what is to be looked at closely), ``"_why_field"`` (``reasons``) and ``_odd``.
    """
    made = [Test(code, f"regexp_matches(_odd, {literal(cells)})", cells=cells) for code, cells in _ODD.items()]
    made += _subject_tests(resource, subjects)
    for field in resource.fields:
        made += _required(field)
        if field.key in present:
            made += _field_tests(field, field.key == resource.subject.code)
    made += [_check(check) for check in resource.checks]
    return made


def _required(field: FieldDef) -> Iterator[Test]:
    if field.required:
        needed = f"coalesce(({dated(field.required)}), false) AND " if isinstance(field.required, str) else ""
        yield Test("missing-required", f"{needed}{quoted('_t_' + field.key)} IS NULL", field.key)


def _field_tests(field: FieldDef, is_subject_code: bool) -> Iterator[Test]:
    value, text = quoted(field.key), quoted("_t_" + field.key)
    rough, why = quoted("_rough_" + field.key), quoted("_why_" + field.key)
    told = ["cell-error", *_reasons(field)] + ([UNREADABLE[field.type]] if field.type in UNREADABLE else [])
    for code in told:
        if code != "number-out-of-range":
            yield Test(code, f"{why} = '{code}'", field.key)
    if field.max_length is not None:
        yield Test(
            "too-long", f"strlen({text}) > {field.max_length} AND length({text}) > {field.max_length}", field.key
        )
    if field.pattern is not None:
        yield Test("pattern-mismatch", f"NOT regexp_full_match({value}, {literal(field.pattern)})", field.key)
    if field.type is FieldType.DATE:
        low, high = field.minimum or EARLIEST, field.maximum or LATEST
        yield Test("date-out-of-range", f"{value} NOT BETWEEN DATE '{low}' AND DATE '{high}'", field.key)
    if limits := storage.bounds(field):
        number = f"{value}.amount" if field.type is FieldType.CAPITAL else value
        beyond = f"{number} < {limits[0]:f} OR {number} > {limits[1]:f}"
        yield Test("number-out-of-range", f"{beyond} OR {why} = 'number-out-of-range'", field.key)
    if field.type is FieldType.TEXT:
        inner = f"trim({quoted('_w_' + field.key)}, {literal(BLANKS)})"
        yield Test("text-control-characters", rf"{rough} AND regexp_matches({inner}, '[\x09\x0A\x0D]')", field.key)
        yield Test("personal-data-in-text", f"{rough} AND {value} <> {text}", field.key)  # it was masked
    if field.type is FieldType.DOCUMENT_NUMBER:  # what tells a record from others cannot be masked
        yield Test("personal-number-in-key", sql.holds_identity(half_width(text), DAY), field.key)
    yield from _identifier_tests(field, is_subject_code)


def reasons(resource: Resource, present: frozenset[str]) -> list[str]:
    """The columns ``_why_<field>``: the code of what keeps a cell from being a value of its field, NULL where nothing does."""
    return [_why(field) for field in resource.fields if field.key in present]


def _why(field: FieldDef) -> str:
    value, text = quoted(field.key), quoted("_t_" + field.key)
    cases = {"cell-error": failed_cell(text)} | {code: condition(text) for code, condition in _reasons(field).items()}
    whens = " ".join(f"WHEN {condition} THEN '{code}'" for code, condition in cases.items())
    if field.type in UNREADABLE:
        asked, otherwise = f"{value} IS NULL AND {text} IS NOT NULL", f" ELSE '{UNREADABLE[field.type]}'"
    else:
        asked, otherwise = quoted("_rough_" + field.key), ""
    return f"CASE WHEN {asked} THEN CASE {whens}{otherwise} END END AS {quoted('_why_' + field.key)}"


def _reasons(field: FieldDef) -> dict[str, Callable[[str], str]]:
    """The codes that say more than that a text is no value of a field, each with its condition."""
    found: dict[str, Callable[[str], str]] = {}
    if field.type not in UNREADABLE:
        found["digits-lost"] = powers_of_ten
    if storage.bounds(field):
        found["number-out-of-range"] = amounts.too_long
    match field.type:
        case FieldType.DATE | FieldType.DATETIME:
            found |= {"date-incomplete": dates.incomplete, "date-ambiguous": dates.ambiguous}
        case FieldType.CAPITAL:
            found["unit-missing"] = amounts.unit_missing
        case FieldType.MONEY_WAN | FieldType.MONEY_YUAN:
            found["money-foreign"] = amounts.foreign
        case _:
            pass
    return found


def _identifier_tests(field: FieldDef, is_subject_code: bool) -> Iterator[Test]:
    value = quoted(field.key)
    match field.type:
        case FieldType.USCC if not is_subject_code:
            status = quoted("_s_" + field.key)
            for code in (*_CODE_FAULTS, "uscc-placeholder"):
                yield Test(code, f"{status} = '{code}'", field.key)
        case FieldType.ORGANISATION_CODE:
            yield Test("organisation-code-invalid", f"NOT {sql.organisation_ok(value)}", field.key)
        case FieldType.REGISTRATION_NUMBER:
            wrong = f"length({value}) = 15 AND {sql.registration_status(value)} = 'registration-number-check'"
            yield Test("registration-number-check", wrong, field.key)
        case FieldType.IDENTITY:
            for code in ("identity-invalid", "identity-minor", "identity-legacy"):
                yield Test(code, f"{quoted('_i_' + field.key)} = '{code}'", field.key)


def _subject_tests(resource: Resource, subjects: Subjects) -> Iterator[Test]:
    own = resource.subject
    natural = ", ".join(literal(k) for k in subjects.natural) or "''"
    if own.code:
        code, status = quoted(own.code), quoted("_s_" + own.code)
        as_code = "_kind IN ('uscc', 'unknown')"
        for fault in _CODE_FAULTS:
            yield Test(fault, f"{as_code} AND {status} = '{fault}'", own.code)
        yield Test("uscc-placeholder", "_kind = 'placeholder' AND _registration_number IS NULL", own.code)
        yield Test("uscc-grandfathered", f"_kind = 'uscc' AND {status} = 'uscc-grandfathered'", own.code)
        yield Test("uscc-lower-case", f"_code IS NOT NULL AND {sql.has_lower_case(quoted('_t_' + own.code))}", own.code)
        yield Test("uscc-org-check", f"_code IS NOT NULL AND {quoted('_o_' + own.code)} <> 0", own.code)
        yield Test("code-is-registration-number", "_kind = 'registration-number'", own.code)
        yield Test(
            "registration-number-check",
            f"_kind = 'registration-number' AND length({code}) = 15 AND NOT {sql.registration_ok(code)}",
            own.code,
        )
        yield Test("code-is-foreign-registration", "_kind = 'foreign-registration'", own.code)
        yield Test(
            "code-is-organisation-code", "_kind = 'organisation-code' AND _organisation_code IS NOT NULL", own.code
        )
        yield Test("organisation-code-invalid", "_kind = 'organisation-code' AND _organisation_code IS NULL", own.code)
        person = f"_stated_type IN ({natural}) AND {code} IS NOT NULL" if own.category else "false"
        yield Test("person-with-code", f"_kind = 'identity' OR ({person})", own.code)
        yield Test("category-code-mismatch", _category_mismatch(resource, subjects), own.code)
    known = "coalesce(_code, _registration_number, _organisation_code, _identity, _name)"
    yield Test("no-subject-identifier", f"{known} IS NULL")


def _category_mismatch(resource: Resource, subjects: Subjects) -> str:
    allowed = ", ".join(map(literal, resource.subject_types))
    wrong = f"_subject_type NOT IN ({allowed})"
    if resource.subject.category:
        by_type = " ".join(f"WHEN {literal(k)} THEN {literal(t.category)}" for k, t in subjects.types.items())
        wrong += f" OR {quoted(resource.subject.category)} <> CASE _subject_type {by_type} END"
    return f"_code IS NOT NULL AND ({wrong})"


def _check(check: Check) -> Test:
    """A pack's own check: where ``when`` holds and the assertion is plainly false."""
    holds = f"coalesce(({dated(check.when)}), false) AND " if check.when else ""
    code = "check-failed" if check.severity == "error" else "check-warned"
    return Test(code, f"{holds}NOT coalesce(({dated(check.assert_)}), true)", check.fields[0], check.key)
