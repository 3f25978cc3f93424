"""Whether the scores that stand are those that the records give, for ``quanxin doctor``.

Invariant: looking changes no score. What a night found is told until the next night finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from quanxin.evaluation import incremental, runs
from quanxin.evaluation.editions import models_in_use
from quanxin.evaluation.models import Run
from quanxin.policy.evaluation import Model
from quanxin.runtime.finding import Finding, attention, ok, problem


def findings() -> Iterator[Finding]:
    """Whether the last night's proof of each model in use held, and whether scores follow the archive."""
    models = models_in_use()
    drifted = {m.key: count for m in models if (count := _found_by_night(m))}
    for key, count in drifted.items():
        yield attention(
            "evaluation",
            (
                f"上次夜间核对时，{key} 有 {count:,} 个主体的得分与记录不符，已重新评价",
                f"By night the scores of {count:,} subjects by {key} were not what the records give; they were evaluated again",
            ),
            (
                "请查明是谁改动了得分表，并运行 quanxin doctor --deep 再次核对",
                "Find out who changed the scores, and prove them again with quanxin doctor --deep",
            ),
        )
    if waiting := incremental.lag() if models else 0:
        yield attention(
            "evaluation",
            (f"得分尚未跟进 {waiting:,} 个变更", f"Scores do not follow {waiting:,} events yet"),
            ("若持续增加，请确认 quanxin worker 正在运行", "If they become more, see that quanxin worker runs"),
        )
    if not drifted and not waiting:
        yield ok(
            "evaluation", f"{len(models)} 个启用的评价模型，得分跟进档案", f"{len(models)} models in use, followed"
        )


def deep() -> Iterator[Finding]:
    """Whether evaluating everyone anew, as of the day of the last run over the city, gives the scores that stand."""
    proven = 0
    for model in models_in_use():
        if (last := incremental.last_run(model.key)) is None:
            continue
        proven += 1
        if count := runs.prove(model, last):
            yield problem(
                "evaluation-deep",
                (
                    f"{model.key}：{count:,} 个主体的得分与记录不符（评价日 {last.as_of}）",
                    f"{model.key}: the scores of {count:,} subjects are not what the records give (as of {last.as_of})",
                ),
                (
                    f"请运行 quanxin evaluate --model {model.key}，并查明原因",
                    f"Run quanxin evaluate --model {model.key}, and find out why",
                ),
            )
    yield ok("evaluation-deep", f"已重新评价核对 {proven} 个模型", f"{proven} models evaluated anew and compared")


def _found_by_night(model: Model) -> int:
    proven = Run.objects.filter(model=model.key, drifted__isnull=False).order_by("-id").first()
    return proven.drifted or 0 if proven else 0
