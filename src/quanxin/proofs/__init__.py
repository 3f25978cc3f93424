"""Proofs that hold without the platform: Merkle trees, signed notes, checkpoints and tiles of a public log.

Invariant: everything here is a function of bytes. It knows no database, no clock and no key of the platform, so that a stranger
verifies with it what the platform proves with it.
"""
