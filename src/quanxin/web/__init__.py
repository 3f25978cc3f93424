"""The shells of the platform's faces; for now the public portal, which anyone may read.

Invariant: a page of the portal shows what the archive's accessor gives the viewer PUBLIC and nothing else; no page
asks the tables directly, sets a cookie unasked, or runs a script or style that is not a file of ours.
"""
