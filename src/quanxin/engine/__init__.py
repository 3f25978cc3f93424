"""Compiling a catalogue resource to one query, and running it: parse, normalise, judge, tell repeated rows apart."""

from quanxin.engine.normalise import normalise_name
from quanxin.engine.prepared import Prepared
from quanxin.engine.program import Program, compile
from quanxin.engine.run import FEW, check, fingerprint, judge

__all__ = ["FEW", "Prepared", "Program", "check", "compile", "fingerprint", "judge", "normalise_name"]
