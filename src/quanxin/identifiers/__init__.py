"""Identifiers of 信用主体: parse, check, classify; the same checks as SQL in ``quanxin.identifiers.sql``.

Invariant: every check exists once as Python and once as SQL, and a test holds the two equal on everything.
"""

from quanxin.identifiers.identity import mask
from quanxin.identifiers.kinds import Identifier, Kind, classify, subject_type
from quanxin.identifiers.normalise import has_lower_case, normalise_code
from quanxin.identifiers.status import State, Status

__all__ = [
    "Identifier",
    "Kind",
    "State",
    "Status",
    "classify",
    "has_lower_case",
    "mask",
    "normalise_code",
    "subject_type",
]
