"""Whether the lake holds what the database holds, for ``quanxin doctor --deep``.

Invariant: looking changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from quanxin.archive.lake_proof import Proof
from quanxin.intake import lake_upkeep
from quanxin.runtime.finding import Finding, ok, problem


def deep() -> Iterator[Finding]:
    """Whether every version in the database is in the lake with the same values, and nothing else is."""
    rows = resources = 0
    for proof in lake_upkeep.proofs():
        resources, rows = resources + 1, rows + proof.rows
        if not proof.holds:
            advice = ("请从备份恢复列式镜像，或联系维护者", "Restore the lake from a backup, or ask the maintainers")
            yield problem("lake-deep", _differences(proof), advice)
    yield ok(
        "lake-deep", f"已逐行核对 {resources} 项资源 {rows:,} 行", f"{rows:,} rows of {resources} resources compared"
    )


def _differences(proof: Proof) -> tuple[str, str]:
    """In which ways a resource differs, with the first record ids of each."""
    parts: list[tuple[str, str, Sequence[object]]] = [
        ("文件损坏或缺失", "damaged or missing files", proof.damaged),
        ("镜像中缺少的记录", "records missing from the lake", proof.missing),
        ("镜像中多余的记录", "records that only the lake has", proof.extra),
        *((f"{name} 不一致的记录", f"records that differ in {name}", ids) for name, ids in proof.different.items()),
        ("无法读取", "cannot be read", [proof.error] if proof.error else []),
    ]
    zh = "；".join(f"{words}：{'、'.join(map(str, what))}" for words, _, what in parts if what)
    en = "; ".join(f"{words}: {', '.join(map(str, what))}" for _, words, what in parts if what)
    return f"{proof.resource}：{zh}", f"{proof.resource}: {en}"
