"""Lists that are checked: handed in, carried out by a job, ended as one check or in words.

Invariant: the file is kept sealed with the request, as it may name persons, and goes when the work is over. Carried out again
after any instant it comes to one check: the check is written together with the end that names it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import IO, Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quanxin.accounts import Actor
from quanxin.accounts.models import ApiClient, audit
from quanxin.accounts.own_matters import OwnMatter
from quanxin.checks import items
from quanxin.checks.checking import Asking, carry_out
from quanxin.checks.errors import CheckError
from quanxin.checks.list_file import rows_of
from quanxin.checks.models import Check, ListRequest, new_list_id
from quanxin.intake.inbox import clean_name, safe_name
from quanxin.runtime.duckdb_scratch import own_folder
from quanxin.runtime.keys import sealer, sealing
from quanxin.sharing import webhooks
from quanxin.work import engine
from quanxin.work.kinds import Kind, Tell


class Lists(Kind[ListRequest]):
    """Checking what a list names; the job acts as who handed it in, with what its role and department allow alone."""

    key: ClassVar[str] = "check-list"
    queue: ClassVar[str] = "studies"
    most_attempts: ClassVar[int] = 3
    model = ListRequest

    def steps(self, _work: ListRequest, /) -> Mapping[str, str | Promise]:
        return {
            "opening": _("读取名单"),
            "matching": _("查找主体"),
            "reading": _("读取记录"),
            "judging": _("得出结果"),
            "writing": _("写入结果"),
        }

    def carry_out(self, work: ListRequest, tell: Tell, /) -> Mapping[str, Any]:
        if (made := Check.objects.filter(key=work.pk).first()) is not None:  # it died before its end was written
            return {"check_made": made}
        item = items.item_in_force(work.item)
        tell("opening")
        with own_folder() as folder:
            path = folder / safe_name(work.file_name)
            path.write_bytes(_opened(work))
            rows = rows_of(path, folder)
        actor = Actor(work.actor, items.of_department(item, work.districts))
        asking = Asking(item, work.words, work.case_ref, Check.Source.LIST, work.pk)
        try:
            return {"check_made": carry_out(actor, asking, rows, tell)}
        except OwnMatter as error:
            raise CheckError("list-own-matter") from error

    def given_up(self, _work: ListRequest, /) -> CheckError:
        return CheckError("list-given-up")

    def require(self, actor: Actor, work: ListRequest, /) -> None:
        items.asking(actor, items.latest(work.item))

    def may_again(self, work: ListRequest, /) -> bool:
        return work.content is not None and (work.error or {}).get("code") in ("list-given-up", "work-cancelled")

    def ended(self, work: ListRequest, /) -> None:
        _tell(work)
        if not self.may_again(work):
            ListRequest.objects.filter(pk=work.pk, content__isnull=False).update(content=None)


LISTS = Lists()


def _tell(work: ListRequest) -> None:
    """Tell the webhooks of the machine that handed a list in that it is over; it asks for the list itself."""
    client = ApiClient.objects.filter(name=work.actor.removeprefix("client:")).exclude(consumer="").first()
    if client is not None and work.actor.startswith("client:"):
        webhooks.tell(client.consumer, type="check-list.finished", list=work.pk, state=work.state)


def hand_in(actor: Actor, key: str, source: IO[bytes], file_name: str, *, words: str, case_ref: str) -> ListRequest:
    """Keep a list and have a job check it; return the request, which waits. Raises as ``checking.check`` does."""
    item = items.item_in_force(key)
    held = items.asking(actor, item)
    if item.persons:
        raise CheckError("persons-only", title=item.title)
    words, case_ref = items.stated(words, case_ref)
    limit = settings.UPLOAD_MB
    content = source.read((limit << 20) + 1)
    if len(content) > limit << 20:
        raise CheckError("list-too-large", limit=limit)
    number = new_list_id()
    with transaction.atomic():
        made = engine.begin(
            LISTS,
            actor,
            id=number,
            item=key,
            words=words,
            case_ref=case_ref,
            file_name=clean_name(file_name)[-255:],
            sha256=hashlib.sha256(content).hexdigest(),
            content=sealing().seal(base64.b64encode(content).decode(), _as(number)),
            districts=sorted({one.district for one in held}),
        )
        audit(actor, "checks.list", f"check-list:{made.pk}", item=key, case=made.case_ref, sha256=made.sha256)
    return made


def _opened(work: ListRequest) -> bytes:
    """The file as it was handed in."""
    return base64.b64decode(sealer().unseal(bytes(work.content), _as(work.pk))) if work.content is not None else b""


def _as(number: str) -> str:
    """What a list is sealed as: moved to another's row, it does not open."""
    return f"check-list:{number}"
