"""Checks of many at once, as SQL from the rows of a list to the rows of their results.

Invariant: what is said of somebody is what ``asked``, ``reading`` and ``judging`` say of one, to the last sign of its digest; no
row passes through Python. Who may be seen and what may be shown is asked of the accessor for each kind of them.
"""
