"""The ledger's jobs.

Invariant: a job only calls the act it names; a day that could not be sealed in one hour is sealed in a later one.
"""

from __future__ import annotations

from quanxin.accounts.retention import keep_to_term
from quanxin.ledger import removing, sealing
from quanxin.runtime.jobs import every

every("17 * * * *", sealing.seal_by_night, "ledger.seal")
every("47 3 * * *", keep_to_term("sign-ins", removing.remove_sign_ins), "ledger.remove-sign-ins")
