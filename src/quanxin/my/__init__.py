"""My organisation: pages on which a representative sees the organisation's own archive and score.

Invariant: a page shows the organisation that the signed-in person is bound to today and no other; each reading leaves
its access line.
"""
