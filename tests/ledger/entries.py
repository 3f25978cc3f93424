"""What every leaf of the public log must be like, whatever act it is of."""

from __future__ import annotations

import json
import re

from quanxin.accounts.models import User
from quanxin.ledger.models import Leaf
from quanxin.subjects.models import Identifier, Subject

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")


def nothing_of_anybody() -> set[str]:
    """See that no entry says more than a kind, a moment and a digest, and that no receipt would name anybody; return the
    kinds that there are."""
    who = {name for name in Subject.objects.values_list("name", flat=True) if len(name) > 1}
    who |= set(Identifier.objects.values_list("value", flat=True)) | set(
        User.objects.exclude(name="").values_list("name", flat=True)
    )
    kinds = set()
    for leaf in Leaf.objects.all():
        entry = json.loads(bytes(leaf.entry))
        assert entry.keys() == {"at", "digest", "kind"}
        assert re.fullmatch("[0-9a-f]{64}", entry["digest"])
        assert re.fullmatch("[a-z-]{3,32}", entry["kind"])
        assert MOMENT.fullmatch(entry["at"])
        opened = json.dumps(leaf.content, ensure_ascii=False)
        assert not [one for one in who if one in opened], (entry, opened)
        kinds.add(entry["kind"])
    return kinds
