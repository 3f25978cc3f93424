"""What supervision adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Slice

SLICE = Slice(key="supervision", title=("分级分类监管", "Graded supervision"))
