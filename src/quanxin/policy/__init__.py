"""A policy pack as typed, dated, immutable objects; reading it, linting it."""

from quanxin.policy.lint import lint
from quanxin.policy.loader import PackError, find_pack, load
from quanxin.policy.locating import locate
from quanxin.policy.pack import Pack, Rules

__all__ = ["Pack", "PackError", "Rules", "find_pack", "lint", "load", "locate"]
