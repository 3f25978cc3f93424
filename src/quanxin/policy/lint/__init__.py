"""The rules that every pack obeys, each a named lint.

Invariant: a pack without problems has a basis for whatever it rules, evaluates no natural person, keeps no forbidden
item, sanctions nobody beyond the national list, gives every subject its rights whole, and refers to nothing that it lacks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from quanxin.policy.lint import (
    basis,
    checks,
    commitments,
    dates,
    expressions,
    fields,
    identity,
    inspections,
    measures,
    models,
    ownership,
    persons,
    procedures,
    references,
    reports,
    rights,
    schemes,
)
from quanxin.policy.pack import Pack

Lint = Callable[[Pack, dt.date], Iterator[tuple[str, str]]]

LINTS: Mapping[str, Lint] = {
    "no-basis": basis.no_basis,
    "colours-unreadable": identity.colours_unreadable,
    "divisions-unknown": identity.divisions_unknown,
    "measure-outside-national-list": measures.measure_outside_national_list,
    "measure-without-article": measures.measure_without_article,
    "measure-without-list": measures.measure_without_list,
    "measure-without-enforcer": measures.measure_without_enforcer,
    "measure-ungrounded": measures.measure_ungrounded,
    "measure-of-persons": measures.measure_of_persons,
    "measure-endless": measures.measure_endless,
    "measure-without-review": measures.measure_without_review,
    "list-unusable": measures.list_unusable,
    "measure-unplayed": measures.measure_unplayed,
    "scheme-incomplete": schemes.scheme_incomplete,
    "scheme-of-persons": schemes.scheme_of_persons,
    "scheme-unusable": schemes.scheme_unusable,
    "scheme-endless": schemes.scheme_endless,
    "matrix-unusable": schemes.matrix_unusable,
    "class-as-ground": schemes.class_as_ground,
    "scheme-unplayed": schemes.scheme_unplayed,
    "check-not-opened": checks.check_not_opened,
    "check-of-persons": checks.check_of_persons,
    "check-measure-ungrounded": checks.check_measure_ungrounded,
    "commitment-unknown": commitments.commitment_unknown,
    "commitment-too-long": commitments.commitment_too_long,
    "commitment-effect-ungrounded": commitments.commitment_effect_ungrounded,
    "commitment-duty-unusable": commitments.commitment_duty_unusable,
    "inspection-unknown": inspections.inspection_unknown,
    "inspection-unlimited": inspections.inspection_unlimited,
    "inspection-unfounded": inspections.inspection_unfounded,
    "inspection-of-persons": inspections.inspection_of_persons,
    "inspection-on-site-first": inspections.inspection_on_site_first,
    "draw-unusable": inspections.draw_unusable,
    "evaluation-without-basis": basis.evaluation_without_basis,
    "region-invalid": basis.region_invalid,
    "person-in-model": persons.person_in_model,
    "forbidden-personal-item": persons.forbidden_personal_item,
    "person-made-public": persons.person_made_public,
    "overlapping-versions": dates.overlapping_versions,
    "review-date-past": dates.review_date_past,
    "months-in-order": dates.months_in_order,
    "publication-conflict": dates.publication_conflict,
    "field-without-type": fields.field_without_type,
    "header-ambiguous": fields.header_ambiguous,
    "code-ambiguous": fields.code_ambiguous,
    "limit-unusable": fields.limit_unusable,
    "unknown-reference": references.unknown_reference,
    "code-set-missing": references.code_set_missing,
    "expression-invalid": expressions.expression_invalid,
    "indicator-without-docstring": models.indicator_without_docstring,
    "indicator-unusable": models.indicator_unusable,
    "protected-item-in-model": models.protected_item_in_model,
    "bins-in-order": models.bins_in_order,
    "limits-in-order": models.limits_in_order,
    "model-cycle": models.model_cycle,
    "model-without-resource-in-force": models.model_without_resource_in_force,
    "repair-incomplete": rights.repair_incomplete,
    "regime-overlap": rights.regime_overlap,
    "regime-gap": rights.regime_gap,
    "list-without-repair": rights.list_without_repair,
    "coverage-unusable": rights.coverage_unusable,
    "override-unusable": rights.override_unusable,
    "clock-unusable": rights.clock_unusable,
    "placeholder-unknown": rights.placeholder_unknown,
    "consent-without-items": rights.consent_without_items,
    "sensitive-consent-shared": rights.sensitive_consent_shared,
    "persons-without-basis": rights.persons_without_basis,
    "state-unreachable": procedures.state_unreachable,
    "state-dead-end": procedures.state_dead_end,
    "clock-without-act": procedures.clock_without_act,
    "act-without-basis": procedures.act_without_basis,
    "role-nobody-holds": procedures.role_nobody_holds,
    "act-ambiguous": procedures.act_ambiguous,
    "field-unasked": procedures.field_unasked,
    "notice-missing": procedures.notice_missing,
    "harm-without-hearing": procedures.harm_without_hearing,
    "judge-in-own-cause": procedures.judge_in_own_cause,
    "state-placeholder-unknown": procedures.state_placeholder_unknown,
    "case-unplayed": procedures.case_unplayed,
    "report-unknown": reports.report_unknown,
    "report-loses-records": reports.report_loses_records,
    "report-of-persons": reports.report_of_persons,
    "special-read-elsewhere": reports.special_read_elsewhere,
    "ownership-undeclared": ownership.ownership_undeclared,
    "ownership-unusable": ownership.ownership_unusable,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule that a pack breaks, where, and what to do."""

    lint: str
    where: str
    message: str


def lint(pack: Pack, today: dt.date) -> list[Problem]:
    """Every problem of a pack on a day, lint by lint."""
    return [Problem(name, where, message) for name, rule in LINTS.items() for where, message in rule(pack, today)]
