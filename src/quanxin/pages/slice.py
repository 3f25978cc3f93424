"""What the parts of pages add to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Slice

SLICE = Slice(key="pages", title=("页面部件", "Parts of pages"))
