"""What rights adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Slice

SLICE = Slice(key="rights", handlers=("quanxin.rights.following:HANDED_ON", "quanxin.rights.following:NOTICES"))
