"""What evaluation adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Slice

SLICE = Slice(key="evaluation", handlers=("quanxin.evaluation.following:SCORES",))
