"""The interface's jobs.

Invariant: a job only calls the act it names.
"""

from __future__ import annotations

from quanxin.accounts.retention import keep_to_term
from quanxin.api import once
from quanxin.runtime.jobs import every

every("49 3 * * *", keep_to_term("answers", once.forget), "api.forget-answers")
