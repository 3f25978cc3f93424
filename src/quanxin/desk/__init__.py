"""The desk: pages of departments' clerks and of the credit centre's staff.

Invariant: every page says which role it asks for and is answered to nobody else; a page decides nothing, it calls the
act or the query of the room below; another provider's batch looks like one that does not exist.
"""
