"""Compiling a catalogue resource to one query, and running it: parse, normalise, judge, tell repeated rows apart."""

from quanxin.engine.normalise import normalise_name
from quanxin.engine.program import Program, compile
from quanxin.engine.run import FEW, check, fingerprint, judge
from quanxin.engine.standing import Standing

__all__ = ["FEW", "Program", "Standing", "check", "compile", "fingerprint", "judge", "normalise_name"]
