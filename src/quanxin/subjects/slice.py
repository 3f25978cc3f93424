"""What the register of subjects adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Slice

SLICE = Slice(key="subjects", title=("信用主体", "Subjects"))
