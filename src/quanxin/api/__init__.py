"""The HTTP interface for machines: hand in, receipts, corrections, the change feed.

Invariant: it decides nothing; it reads who is asking, calls the act or the query of a room below, and puts what comes
back into JSON, errors with the codes of the same taxonomy.
"""
