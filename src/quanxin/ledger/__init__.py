"""The sealed lines: what was done, read and tried, digested by day, each day linked to the one before, and signed.

Invariant: once a day is sealed, taking one of its lines away, changing one or adding one shows.
"""
