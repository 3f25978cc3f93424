"""``make bench``: every figure beside its floor or its target, on two threads."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.ground import ground

PARTS = (
    "intake", "intake-peers", "registers", "search", "interface", "evaluation", "evaluation-one", "evaluation-spark",
    "evaluation-peer", "rights", "measures", "measures-one", "checks", "lists", "classes", "classes-one",
    "draw", "draw-verify", "log",
    "reports",
)  # fmt: skip


def main() -> None:
    """Run the measurements that are asked for (all by default)."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only",
        choices=PARTS,
        help="one part alone (default: each in a process of its own)",
    )
    parser.add_argument(
        "--records", type=int, nargs="+", default=[10_000_000, 20_000_000, 50_000_000], help="records to evaluate by"
    )
    parser.add_argument("--enterprises", type=int, default=1_500_000, help="enterprises to evaluate")
    parser.add_argument("--on-spark", type=int, default=1_000_000, help="records to evaluate by on Spark")
    parser.add_argument("--city", type=int, default=3000, help="subjects of the city that one of is asked about")
    parser.add_argument("--rows", type=int, default=1_000_000, help="penalty rows to take in")
    parser.add_argument("--registered", type=int, default=480_000, help="register rows to take in")
    parser.add_argument("--checked", type=int, default=100_000, help="subjects of a list that is checked")
    parser.add_argument("--leaves", type=int, default=10_000_000, help="leaves of the public log")
    parser.add_argument("--listed", type=int, default=200_000, help="firms of the city whose lists are read")
    parser.add_argument("--subjects", type=int, default=1_000_000, help="names to search among")
    asked = parser.parse_args()
    if asked.only is None:
        # each on a ground of its own: a process works on one platform from beginning to end
        for part in PARTS:
            subprocess.run([sys.executable, "-m", "bench", "--only", part, *sys.argv[1:]], check=True)
    elif asked.only == "intake":
        from bench import archive, intake, rows

        with ground() as folder:
            rows.enrol_subjects(max(1000, asked.rows // 10))
            intake.measure(folder, asked.rows)
            archive.measure()
    elif asked.only == "registers":
        from bench import registers

        with ground() as folder:
            registers.measure(folder, asked.registered)
    elif asked.only == "evaluation":
        from bench import evaluation

        with ground(memory="2GB") as folder:  # as the settings have it
            evaluation.measure(asked.records, asked.enterprises, folder)
    elif asked.only == "evaluation-one":
        from bench import evaluation_one

        with ground() as folder:
            evaluation_one.measure(folder, asked.city)
    elif asked.only == "log":
        from bench import log

        with ground():
            log.measure(asked.leaves)
    elif asked.only == "reports":
        from bench import reports

        with ground() as folder:
            reports.measure(folder)
    elif asked.only == "rights":
        from bench import rights

        with ground() as folder:
            rights.measure(folder, asked.city)
    elif asked.only == "measures":
        from bench import measures

        with ground(memory="2GB"):
            measures.measure_city(asked.enterprises)
    elif asked.only == "measures-one":
        from bench import measures

        with ground() as folder:
            measures.measure_one(folder, asked.city)
    elif asked.only == "classes":
        from bench import classes

        with ground(memory="2GB"):
            classes.measure_city(asked.enterprises)
    elif asked.only == "classes-one":
        from bench import classes

        with ground() as folder:
            classes.measure_one(folder, asked.city)
    elif asked.only == "checks":
        from bench import checks

        with ground(memory="2GB") as folder:
            checks.measure(folder, asked.checked)
    elif asked.only == "draw":
        from bench import draws

        draws.measure_draw(asked.enterprises)
    elif asked.only == "draw-verify":
        from bench import draws

        draws.measure_verifying(asked.enterprises)
    elif asked.only == "lists":
        from bench import lists

        with ground() as folder:
            lists.measure(folder, asked.listed)
    elif asked.only == "evaluation-spark":
        from bench import evaluation

        with ground(memory="2GB"):
            evaluation.measure_spark(asked.on_spark, asked.on_spark // 7)
    elif asked.only == "evaluation-peer":
        from bench import evaluation_peer

        with TemporaryDirectory(prefix="quanxin-bench-") as place:
            evaluation_peer.measure(Path(place), 1_000_000)
    elif asked.only == "intake-peers":
        from bench import intake_peers, rows

        with ground() as folder:
            rows.enrol_subjects(1000)
            intake_peers.measure(folder, asked.rows)
    elif asked.only == "interface":
        from bench import interface, rows

        with ground():
            rows.enrol_subjects(1000)
            interface.measure()
    else:
        from bench import search

        with ground():
            search.measure(search.enrol_names(asked.subjects))


if __name__ == "__main__":
    main()
