"""Attachments: files that people hand in with objections and repairs.

Invariant: what a file is follows from its bytes alone; a file that could do more than be looked at is refused, in words;
a file that is kept is read through ``download.download`` and nowhere else, and never by a path that a person gave.
"""
