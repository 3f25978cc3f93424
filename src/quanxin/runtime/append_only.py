"""The tables that only grow, declared once: for the triggers that guard them and for the grants of the application's role.

Invariant: of a table that stands here no row is taken away and none is rewritten but in the way that its own trigger
allows; none is ever emptied. Whoever keeps lines in a new table names it here and guards it in a migration
(``SELECT ledger_guard('table')``); a test looks at both.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Table → what the application's role may do to its rows besides reading and adding; the table's own trigger narrows it.
APPEND_ONLY: Mapping[str, frozenset[str]] = MappingProxyType({
    "accounts_auditline": frozenset(),
    "accounts_signin": frozenset(),  # after its term a day goes by the owner's function ``ledger_remove`` alone
    "archive_access": frozenset(),
    "casework_step": frozenset(),
    "commitments_signature": frozenset(),
    "rights_wording": frozenset(),
    "rights_consentuse": frozenset(),
    "checks_check": frozenset(),
    "checks_result": frozenset(),
    "checks_use": frozenset(),
    "ledger_seal": frozenset(),
    "ledger_removal": frozenset(),
    "ledger_leaf": frozenset({"UPDATE"}),  # placed once, and what opens it forgotten
    "ledger_tile": frozenset({"UPDATE"}),  # grows at its end until it is full
    "ledger_head": frozenset({"UPDATE"}),  # cosigned by witnesses
    "archive_record": frozenset({"UPDATE"}),  # superseded once
    "archive_restriction": frozenset({"UPDATE"}),  # ended once
    "rights_consent": frozenset({"UPDATE"}),  # narrowed, and ended once
    "measures_application": frozenset({"UPDATE"}),  # suspended, and lifted once
    "supervision_planline": frozenset({"UPDATE"}),  # dropped once
    "supervision_chain": frozenset({"UPDATE"}),  # a code more is used; its secret is sealed anew under another key
    "supervision_draw": frozenset({"UPDATE"}),  # step by step, each once, until it is published or void
    "supervision_selected": frozenset({"UPDATE"}),  # withdrawn once
    "attachments_attachment": frozenset({"UPDATE"}),  # tied, judged and removed once
    "documents_document": frozenset({"UPDATE"}),  # superseded once, revoked once
    "documents_body": frozenset({"UPDATE"}),  # sealed anew under another key
    "documents_certificate": frozenset({"UPDATE"}),  # revoked
    "evaluation_change": frozenset({"DELETE"}),  # with a subject that turns out to be a person, by its trigger
})  # fmt: skip
