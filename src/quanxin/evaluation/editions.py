"""Which edition of a model is in use: one person proposes, another approves, both with their names.

Invariant: nobody approves what they proposed; of a model the edition approved last is in use; an edition that evaluates
natural persons or sole traders, or breaks another rule of packs, is never proposed.
"""

from __future__ import annotations

from functools import lru_cache

from django.db import transaction

from quanxin.accounts import Actor
from quanxin.accounts.actors import Role
from quanxin.accounts.models import audit
from quanxin.calendar import now, today
from quanxin.evaluation.models import Edition
from quanxin.policy import Pack, lint
from quanxin.policy.evaluation import Model
from quanxin.policy.lint import Problem
from quanxin.runtime.pack import current_pack, located


class EvaluationError(Exception):
    """An evaluation that cannot be: why, in both languages, and what to do."""

    def __init__(self, zh: str, en: str, hint: str = "") -> None:
        self.zh, self.en, self.hint = zh, en, hint
        super().__init__(en)


def model_of(key: str, pack: Pack | None = None) -> Model:
    """The model of that key that is in force today; raises ``EvaluationError`` for none and for one that breaks rules.

    What is wrong is told with file and line.
    """
    pack = pack or current_pack()
    model = pack.on(today()).models.get(key)
    if model is None:
        known = "、".join(sorted(pack.on(today()).models)) or "无"
        raise EvaluationError(
            f"政策包 {pack.name} 今日没有施行中的评价模型 {key}。", f"No model {key} is in force today in {pack.name}.",
            f"可用：{known}。 / There are: {known}.",
        )  # fmt: skip
    refuse_persons(model, pack)
    if problems := problems_of(model, pack):
        first = problems[0]
        place = located(first.where) or first.where
        raise EvaluationError(
            f"评价模型 {key} 有 {len(problems)} 处问题，第一处在 {place}：{first.message}",
            f"The model {key} has {len(problems)} problems; the first, at {place}: {first.message}",
            "请用 quanxin pack check 查看全部问题并改正政策包。 / See all with quanxin pack check.",
        )
    return model


def refuse_persons(model: Model, pack: Pack) -> None:
    """Raise ``EvaluationError`` if a model names a subject type that is never scored."""
    for key in model.subject_types:
        kind = pack.subject_types.get(key)
        if kind is None or kind.natural or not kind.scorable:
            raise EvaluationError(
                f"评价模型 {model.key} 的对象含 {key}：自然人（含个体工商户）不评分、不定级、不排名。",
                f"The model {model.key} evaluates {key}: natural persons, sole traders among them, are never scored.",
                "请从模型的 subject_types 中去掉该类型。 / Take the type out of the model's subject_types.",
            )


def problems_of(model: Model, pack: Pack) -> list[Problem]:
    """The rules of packs that a model, or one it builds on, breaks."""
    keys = [model.key, *model.builds_on]
    return [p for p in lint(pack, today()) if any(_is_of(p.where, key) for key in keys)]


def _is_of(where: str, key: str) -> bool:
    return where == f"models/{key}" or where.startswith(f"models/{key}/")


def propose(actor: Actor, key: str, *, reason: str) -> Edition:
    """Propose the pack's present edition of a model; the one that waits already is returned as it is."""
    actor.require(Role.MODELLER)
    model, pack = model_of(key), current_pack()
    _expect_reason(reason)
    if waiting := Edition.objects.filter(model=key, digest=model.edition, approved=None).first():
        return waiting
    with transaction.atomic():
        made = Edition.objects.create(
            model=key, digest=model.edition, pack=pack.name, definition=model.model_dump(mode="json", by_alias=True),
            proposed_by=actor.name, proposed_at=now(), reason=reason.strip(),
        )  # fmt: skip
        audit(actor, "evaluation.propose", f"model:{key}", edition=model.edition, reason=reason.strip())
    return made


def decide(actor: Actor, edition: Edition, *, approved: bool, remark: str) -> Edition:
    """Approve or refuse a proposed edition. Raises ``EvaluationError`` for one's own, or one that is decided."""
    actor.require(Role.APPROVER)
    _expect_reason(remark)
    with transaction.atomic():
        edition = Edition.objects.select_for_update().get(pk=edition.pk)
        if edition.approved is not None:
            raise EvaluationError("该版本已经决定。", "This edition has been decided already.")
        if edition.proposed_by == actor.name:
            raise EvaluationError(
                "提出人不能批准自己提出的版本。", "Who proposed an edition cannot decide about it.",
                "请由另一位审批人办理。 / Another approver must do it.",
            )  # fmt: skip
        edition.approved, edition.decided_by, edition.decided_at = approved, actor.name, now()
        edition.remark = remark.strip()
        edition.save()
        act = "evaluation.approve" if approved else "evaluation.refuse"
        audit(actor, act, f"model:{edition.model}", edition=edition.digest, remark=remark.strip())
    return edition


def in_use(key: str) -> Edition | None:
    """The edition of a model that was approved last."""
    return Edition.objects.filter(model=key, approved=True).order_by("-decided_at", "-id").first()


def model_in_use(key: str) -> tuple[Model, bool]:
    """The approved edition of a model, or without one the pack's present edition; and whether it is approved.

    Raises ``EvaluationError`` as ``model_of``, and for an edition that names whom nobody scores or that the pack has
    outlived.
    """
    edition = Edition.objects.filter(model=key, approved=True).order_by("-decided_at", "-id").only("id").first()
    if edition is None:
        return model_of(key), False
    model = _stored(edition.pk)
    refuse_persons(model, current_pack())
    if problems := _outlived(edition.pk):
        raise EvaluationError(
            f"评价模型 {key} 已批准的版本与现行政策包不符：{problems[0]}",
            f"The approved edition of {key} is at odds with the pack as it is now: {problems[0]}",
            "请提出并批准政策包中的现行版本。 / Propose and approve the pack's present edition.",
        )
    return model, True


@lru_cache(maxsize=64)
def _stored(edition: int) -> Model:
    """The model of a stored edition, which never changes."""
    return Model.model_validate(Edition.objects.get(pk=edition).definition)


@lru_cache(maxsize=64)
def _outlived(edition: int) -> tuple[str, ...]:
    """What rules of packs a stored edition breaks in the pack as it is now: a resource may have gone, or be forbidden."""
    pack, model = current_pack(), _stored(edition)
    others = tuple(other for other in pack.models if other.key != model.key)
    as_it_was = pack.replacing(models=(*others, model))
    return tuple(f"{p.where}: {p.message}" for p in problems_of(model, as_it_was) if _is_of(p.where, model.key))


def model_by_digest(key: str, digest: str) -> Model:
    """What an edition of a model said, be it proposed once or the pack's present one.

    Raises ``EvaluationError`` for one that was run without having been proposed, and that the pack no longer has.
    """
    edition = Edition.objects.filter(model=key, digest=digest).only("id").first()
    if edition is not None:
        model = _stored(edition.pk)
        refuse_persons(model, current_pack())
        return model
    present = current_pack().on(today()).models.get(key)
    if present is None or present.edition != digest:
        raise EvaluationError(
            f"模型 {key} 的版本 {digest[:12]} 没有提出过，政策包中也已不是这一版，无法还原其内容。",
            f"The edition {digest[:12]} of {key} was never proposed and is no longer in the pack.",
            "请先提出版本再试算，提出过的版本会一直保存。 / Propose an edition before trying it: then it is kept.",
        )
    return model_of(key)


def models_in_use() -> list[Model]:
    """The approved models, those that others build on first."""
    found = [
        model_in_use(key) for key in Edition.objects.filter(approved=True).values_list("model", flat=True).distinct()
    ]
    return in_order([model for model, approved in found if approved])


def with_foundations(models: list[Model]) -> list[Model]:
    """The models and those that they build on, foundations first."""
    found = {m.key: m for m in models}
    while missing := sorted({key for m in found.values() for key in m.builds_on} - set(found)):
        found |= {key: model_in_use(key)[0] for key in missing}
    return in_order(list(found.values()))


def in_order(models: list[Model]) -> list[Model]:
    """Models in such an order that each comes after those that it builds on; raises ``EvaluationError`` for a ring.

    Packs have no ring, but an approved edition may have been followed by others that close one.
    """
    waiting, done = {m.key: m for m in models}, dict[str, Model]()
    while waiting:
        ready = [m for m in waiting.values() if not any(key in waiting for key in m.builds_on)]
        if not ready:
            keys = "、".join(sorted(waiting))
            raise EvaluationError(f"评价模型互为依据：{keys}", f"Models build on each other: {keys}")
        for model in sorted(ready, key=lambda m: m.key):
            done[model.key] = waiting.pop(model.key)
    return list(done.values())


def _expect_reason(reason: str) -> None:
    if not reason.strip():
        raise EvaluationError("必须说明理由。", "A reason is needed.")
