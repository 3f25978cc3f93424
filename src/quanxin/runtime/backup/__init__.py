"""Backups: the database and the files of one moment, in one file, and back.

Invariant: a backup is whole or has no name; what is restored is what was kept, byte for byte, or nothing is restored.
"""
