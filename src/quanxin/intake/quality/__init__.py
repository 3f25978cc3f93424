"""How well departments hand in: figures, the monthly bulletin, and looking for what was kept back.

Invariant: every figure is a count of rows or a ratio of two counts, reckoned from what was known at a stated moment:
asked again for the same period and moment, it is the same.
"""
