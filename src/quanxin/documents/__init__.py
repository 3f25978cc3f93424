"""Documents that are issued: numbered, signed, kept as they are, and verified by whoever holds one.

Invariant: a number stands for the same bytes for ever; what changes is whether they may still be relied on. To whoever merely
has a number, nothing is said about anybody.
"""
