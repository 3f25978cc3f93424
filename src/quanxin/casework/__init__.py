"""Matters that somebody must handle in time: cases, their steps, terms, notices and parties.

Invariant: what may be done with a case, by whom and until when, its procedure says; nothing here knows a state by name.
"""
