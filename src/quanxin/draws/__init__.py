"""The draw that anyone can recompute.

Invariant: nobody can steer a draw, and nobody has to be believed about one. What it depends on is fixed and published
before; the randomness comes afterwards from outside; the same published files have the same outcome for everybody.

Pure functions: ``Frame.freeze`` → ``commit`` → ``draw`` → ``substitute``; ``published`` makes the files and ``verify`` makes the
draw again from them. Nothing here knows a database, a clock or a person.
"""

from quanxin.draws.chain import Chain
from quanxin.draws.committing import Commitment, Method, Second, commit, commitment_digest
from quanxin.draws.drawing import Draw, Skip, Taken, draw, substitute
from quanxin.draws.faults import WORDS, Fault, Kind, Refused
from quanxin.draws.files import committed, load, published, result_digest, write
from quanxin.draws.frame import Frame, Label, Quota, skips_by_cap
from quanxin.draws.inspecting import Assigned, Crew, Inspector, Pool, Recusal, Visit
from quanxin.draws.randomness import Group, Outcome, Randomness, Source
from quanxin.draws.verifying import Verdict, verify

__all__ = [
    "WORDS", "Assigned", "Chain", "Commitment", "Crew", "Draw", "Fault", "Frame", "Group", "Inspector", "Kind", "Label",
    "Method", "Outcome", "Pool", "Quota", "Randomness", "Recusal", "Refused", "Second", "Skip", "Source", "Taken", "Verdict",
    "Visit", "commit", "commitment_digest", "committed", "draw", "load", "published", "result_digest", "skips_by_cap",
    "substitute", "verify", "write",
]  # fmt: skip
