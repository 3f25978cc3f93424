"""What is on disk before anybody says that it is.

Invariant: after ``sync`` the names in a folder outlive a power cut; the contents of its files are their writers' to flush.
"""

from __future__ import annotations

import os
from pathlib import Path


def sync(folder: Path) -> None:
    """Have the names in a folder on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
