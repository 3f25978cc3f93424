"""A sample city: subjects that do not exist, records nobody decided, flaws planted at known counts.

Invariant: nothing in it is a real person's or company's; it enters by the ordinary way, as departments' files, and the
manifest written beside the files says beforehand what every receipt must say.
"""
