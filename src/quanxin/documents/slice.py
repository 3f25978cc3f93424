"""What documents add to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Slice

SLICE = Slice(key="documents", title=("文书", "Documents"))
