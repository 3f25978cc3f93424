"""What the interface takes and gives, as typed JSON.

Invariant: the names are stable (design §7): others are added, none is renamed.
"""

from __future__ import annotations

from typing import Annotated

from ninja import Path
from pydantic import Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
ResourceKey = Path[Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]]
# no control characters: PostgreSQL holds no NUL, and no reason needs one
Sentence = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=2000, pattern=r"^[^\x00-\x08\x0e-\x1f\x7f]*\S[^\x00-\x08\x0e-\x1f\x7f]*$"
    ),
]
Reference = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}-[0-9]{1,18}$")]
