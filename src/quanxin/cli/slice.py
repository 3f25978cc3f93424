"""What the command line adds to the house."""

from __future__ import annotations

from quanxin.runtime.slices import Slice

ROOMS = (
    "pack", "city", "roles", "people", "machines", "agents", "audit", "keys", "open_data", "subjects", "events", "doctor",
    "draw", "log", "verify", "backup",
)  # fmt: skip

SLICE = Slice(
    key="cli",
    title=("命令行", "Command line"),
    django=False,
    health={"pack": "quanxin.runtime.doctor:pack"},
    commands=tuple(f"quanxin.cli.{room}:register" for room in ROOMS),
)
