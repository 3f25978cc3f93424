"""Search by a part of the name among a million names, and the archive of a subject.

Invariant: texts are drawn from the names themselves (so frequent ones come as often as people would type them), from
the most frequent pairs, and from rare ones; every search must find what it was drawn from.
"""

from __future__ import annotations

import random
import time

import duckdb
import pyarrow as pa
from django.db import connection, transaction

from bench.ground import line, percentiles

FREQUENT = (
    "济南",
    "有限",
    "公司",
    "限公",
    "山东",
    "有限公司",
    "限公司",
    "济南市",
    "科技有限",
    "贸易有限",
    "工程有限公司",
)


def enrol_names(count: int, seed: int = 1) -> list[str]:
    """Enrol ``count`` enterprises by the register's own act; return some of their names."""
    from quanxin.calendar import now
    from quanxin.demo import city, names
    from quanxin.engine import normalise_name
    from quanxin.runtime.batch_rows import BatchRows
    from quanxin.subjects import register

    source = random.Random(seed)
    texts = [names.enterprise(source, "历下区") for _ in range(count)]
    norms = [normalise_name(t) for t in texts]
    codes = [city.code_of("91", "370102", n) for n in range(count)]
    made = pa.table(  # noqa: F841  (DuckDB reads it by its name)
        {"row_no": range(count), "value": codes, "name": norms, "name_text": texts}
    )
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE enrolling AS SELECT row_no, 'uscc' AS kind, value, NULL::VARCHAR AS sealed, NULL::VARCHAR AS "
        "registration, name, name_text, 'enterprise' AS type, false AS person, '370102' AS region, "
        "DATE '2020-01-01' AS day, NULL::BIGINT AS subject_id FROM made"
    )
    started = time.perf_counter()
    with transaction.atomic():
        register.lock_register()
        register.enrol(con, several=BatchRows(("bench",), ("bench",)), at=now())
    line(f"enrol {count:,} subjects, names indexed", f"{time.perf_counter() - started:6.1f} s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return source.sample(norms, 2000)


def measure(samples: list[str]) -> None:
    """Print the percentiles of searches by length and frequency."""
    from quanxin.subjects.search import search_names

    source = random.Random(2)
    everything: list[float] = []
    for length in range(2, 7):
        seconds = []
        for name in source.sample(samples, 300):
            start = source.randrange(max(1, len(name) - length + 1))
            text = name[start : start + length]
            began = time.perf_counter()
            page = search_names(text)
            seconds.append(time.perf_counter() - began)
            assert page.total >= 1, text
        everything += seconds
        line(f"search, {length} characters drawn from names", percentiles(seconds))
    seconds = []
    for text in FREQUENT * 20:
        began = time.perf_counter()
        search_names(text)
        seconds.append(time.perf_counter() - began)
    everything += seconds
    line("search, the most frequent texts", percentiles(seconds))
    line("search, all of the above", percentiles(everything), "p95 ≤ 40 ms")
