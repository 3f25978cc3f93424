"""Where the processes of one platform keep their figures for each other.

Invariant: this is said before ``prometheus_client`` is imported, which reads it once; only processes that serve or work keep
figures in files, and the files of those that are gone go with the next start of the site.
"""

from __future__ import annotations

import os
from pathlib import Path

from quanxin.runtime.keeper import FOLDER, alive

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def share(data_dir: Path) -> None:
    """Have this process, and those that it starts, keep their figures under the data directory."""
    place = data_dir / FOLDER / "metrics"
    place.mkdir(parents=True, exist_ok=True)
    os.environ[VARIABLE] = str(place)


def forget(data_dir: Path) -> None:
    """Remove the figures of processes that are gone."""
    for file in (data_dir / FOLDER / "metrics").glob("*_*.db"):
        number = file.stem.rpartition("_")[2]
        if not (number.isdecimal() and alive(int(number))):
            file.unlink(missing_ok=True)
