"""Open data: once a day, everything that is public, as files that anyone may take.

Invariant: what is open is exactly what the public is shown, record by record and item by item, on the day that the
files bear; a day is there whole or not at all.
"""

from quanxin.archive.open_data.catalogue import catalogue
from quanxin.archive.open_data.days import Dataset, OpenDay, Outdated, file_of, latest
from quanxin.archive.open_data.publishing import publish, renew

__all__ = ["Dataset", "OpenDay", "Outdated", "catalogue", "file_of", "latest", "publish", "renew"]
