"""Credit checks (信用核查): what a department looks up for one item and one case, what it may do with the answer, what it did.

Invariant: no check without an item of the pack, a case and words about it; what has no measure is a hint.
"""
