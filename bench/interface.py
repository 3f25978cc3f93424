"""The interface under load: batches of 50 rows from 8 clients at once, and how soon the feed tells of a withdrawal.

Invariant: what is timed is what a department's machine sees: a request with its token over HTTP to the served platform,
until the receipt is there.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from bench.ground import line

CLIENTS, ROWS = 8, 50
WORKERS = 1  # of two processes each would take together only what came to it


def measure(seconds: float = 20.0) -> None:
    """Print rows a second and the percentiles of a batch, then the delay of the feed."""
    from quanxin.accounts import operator
    from quanxin.accounts.people import add_client
    from quanxin.sharing import subscriptions
    from quanxin.subjects.models import Subject

    pairs = []
    for n in range(CLIENTS):
        client, secret = add_client(operator(), f"bench-{n}", provider="market-regulation", rate=1_000_000)
        pairs.append((client.application.client_id, secret))
    consumer = subscriptions.add_consumer(operator(), "bench", title="bench")
    subscriptions.grant(operator(), consumer, "administrative-penalty", purpose="bench", agreement="bench")
    reader, secret = add_client(operator(), "bench-reader", consumer="bench", rate=1_000_000)
    subjects = list(Subject.objects.filter(type="enterprise").exclude(code="").values_list("code", "name")[:1000])
    with _served() as port:
        _load(port, pairs, subjects, seconds)
        _feed(port, pairs[0], (reader.application.client_id, secret), subjects)


class _served:
    """The platform, served by the command, on a free port."""

    def __enter__(self) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        quanxin = Path(sys.executable).with_name("quanxin")
        self.process = subprocess.Popen(
            [quanxin, "serve", "--port", str(port), "--workers", str(WORKERS)],
            env=dict(os.environ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(300):
            try:
                _ask(port, "GET", "/healthz")
            except OSError:
                time.sleep(0.1)
            else:
                return port
        raise RuntimeError("the platform does not answer")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()


def _ask(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
    talk = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    talk.request(method, path, body, headers)
    answer = talk.getresponse()
    data = answer.read()
    talk.close()
    return answer.status, json.loads(data) if data[:1] in (b"{", b"[") else None


def _token(port: int, pair: tuple[str, str]) -> str:
    basic = base64.b64encode(":".join(pair).encode()).decode()
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {basic}"}
    return str(_ask(port, "POST", "/api/v1/token", b"grant_type=client_credentials", **kind)[1]["access_token"])


def _rows(subjects: list[tuple[str, str]], start: int) -> bytes:
    from quanxin.demo.city import code_of

    authority, rows = code_of("11", "370102", 1), []
    for i in range(start, start + ROWS):
        code, name = subjects[i % len(subjects)]
        rows.append(
            {
                "subject_name": name,
                "subject_category": "法人及非法人组织",
                "uscc": code,
                "representative": "样例人",
                "document_number": f"济测罚〔2026〕{i}号",
                "violation": "占道经营",
                "facts": "经现场检查属实。",
                "legal_basis": "《城市市容管理条例》",
                "penalty_kinds": "罚款",
                "content": "处以罚款。",
                "fine": "0.5",
                "decision_date": "2026-08-31",
                "valid_until": "2027-08-31",
                "authority_name": "样例机关",
                "authority_code": authority,
                "source_name": "样例机关",
                "source_code": authority,
            }
        )
    return json.dumps(rows).encode()


def _hand_in(port: int, token: str, body: bytes) -> tuple[int, Any]:
    return _ask(
        port,
        "POST",
        "/api/v1/resources/administrative-penalty/rows",
        body,
        **{"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )


def _load(port: int, pairs: list[tuple[str, str]], subjects: list[tuple[str, str]], seconds: float) -> None:
    tokens = [_token(port, pair) for pair in pairs]
    _hand_in(port, tokens[0], _rows(subjects, 10**9))  # warm
    taken: list[float] = []
    problems: list[Any] = []
    until = time.perf_counter() + seconds

    def work(n: int) -> None:
        start = n * 10_000_000
        while time.perf_counter() < until:
            began = time.perf_counter()
            status, said = _hand_in(port, tokens[n], _rows(subjects, start))
            taken.append(time.perf_counter() - began)
            start += ROWS
            if status != 200 or said["accepted"] != ROWS:
                problems.append((status, said))

    began = time.perf_counter()
    threads = [threading.Thread(target=work, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    passed = time.perf_counter() - began
    cuts = statistics.quantiles(taken, n=100)
    line(
        f"interface: {CLIENTS} clients, batches of {ROWS} rows", f"{len(taken) * ROWS / passed:6.0f} rows/s", "≥ 5,000"
    )
    line("  a batch", f"p50 {cuts[49] * 1e3:6.0f} ms   p99 {cuts[98] * 1e3:6.0f} ms", "p99 ≤ 500 ms")
    line("  not taken in whole", f"{len(problems)} {problems[:1]}")


def _feed(port: int, provider: tuple[str, str], reader: tuple[str, str], subjects: list[tuple[str, str]]) -> None:
    """How long after a withdrawal's answer the feed has it, over some withdrawals."""
    writes, reads = _token(port, provider), _token(port, reader)
    delays, since = [], "0"
    for n in range(10):
        said = _hand_in(port, writes, _rows(subjects, 2 * 10**9 + n * ROWS))[1]
        bearer = f"Bearer {reads}"
        records: list[str] = []
        while not records:
            page = _ask(port, "GET", f"/api/v1/changes?since={since}&limit=1000", Authorization=bearer)[1]
            records = [i["record"] for i in page["items"] if i["batch"] == said["batch"]]
            since = page["next"]
        body = json.dumps({"records": records[:1], "kind": "revoked", "reason": "bench"}).encode()
        _ask(
            port,
            "POST",
            "/api/v1/withdrawals",
            body,
            **{"Authorization": f"Bearer {writes}", "Content-Type": "application/json"},
        )
        committed = time.perf_counter()
        while not any(
            i["change"] == "withdrawn"
            for i in _ask(port, "GET", f"/api/v1/changes?since={since}", Authorization=bearer)[1]["items"]
        ):
            time.sleep(0.005)
        delays.append(time.perf_counter() - committed)
    line("feed: a withdrawal can be read after its commit", f"max {max(delays) * 1e3:6.0f} ms", "≤ 1,000 ms")
