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
from quanxin.evaluation.errors import EvaluationError
from quanxin.evaluation.models import Edition
from quanxin.policy import Pack, lint
from quanxin.policy.evaluation import Model
from quanxin.policy.lint import Problem
from quanxin.runtime.pack import current_pack, located


def model_of(key: str, pack: Pack | None = None) -> Model:
    """The model of that key that is in force today; raises ``EvaluationError`` for none and for one that breaks rules.

    What is wrong is told with file and line.
    """
    pack = pack or current_pack()
    model = pack.on(today()).models.get(key)
    if model is None:
        known = "、".join(sorted(pack.on(today()).models)) or "无"
        raise EvaluationError("model-not-in-force", pack=pack.name, model=key, known=known)
    refuse_persons(model, pack)
    if problems := problems_of(model, pack):
        first = problems[0]
        place = located(first.where) or first.where
        raise EvaluationError("model-broken", model=key, count=len(problems), place=place, first=first.message)
    return model


def refuse_persons(model: Model, pack: Pack) -> None:
    """Raise ``EvaluationError`` if a model names a subject type that is never scored."""
    for key in model.subject_types:
        kind = pack.subject_types.get(key)
        if kind is None or kind.natural or not kind.scorable:
            raise EvaluationError("model-of-persons", model=model.key, type=key)


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
    EvaluationError.reason(reason)
    if waiting := Edition.objects.filter(model=key, digest=model.edition, approved=None).first():
        return waiting
    with transaction.atomic():
        made = Edition.objects.create(
            model=key,
            digest=model.edition,
            pack=pack.name,
            definition=model.model_dump(mode="json", by_alias=True),
            proposed_by=actor.name,
            proposed_at=now(),
            reason=reason.strip(),
        )
        audit(actor, "evaluation.propose", f"model:{key}", edition=model.edition, reason=reason.strip())
    return made


def decide(actor: Actor, edition: Edition, *, approved: bool, remark: str) -> Edition:
    """Approve or refuse a proposed edition. Raises ``EvaluationError`` for one's own, or one that is decided."""
    actor.require(Role.APPROVER)
    EvaluationError.reason(remark)
    with transaction.atomic():
        edition = Edition.objects.select_for_update().get(pk=edition.pk)
        if edition.approved is not None:
            raise EvaluationError("edition-decided")
        if edition.proposed_by == actor.name:
            raise EvaluationError("edition-own")
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
        raise EvaluationError("edition-at-odds", model=key, first=problems[0])
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
        raise EvaluationError("edition-lost", model=key, edition=digest[:12])
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
            raise EvaluationError("models-circular", models=keys)
        for model in sorted(ready, key=lambda m: m.key):
            done[model.key] = waiting.pop(model.key)
    return list(done.values())
