"""What a subject's own pages add to the house."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from quanxin.runtime.slices import Link, Slice


def _unread(me: Any) -> int:
    return int(me.unread)


SLICE = Slice(
    key="my",
    title=("我的", "One's own pages"),
    links=(
        Link(page="my:home", title=_("概览")),
        Link(page="my:records", title=_("我的档案"), shown=lambda me: me.may_records),
        Link(page="my:cases", title=_("我的办件"), shown=lambda me: me.may_repair or me.may_object),
        Link(page="my:notices", title=_("通知"), shown=lambda me: me.may_archive, count="quanxin.my.slice:_unread"),
        Link(page="my:score", title=_("本单位得分"), shown=lambda me: me.may_archive and me.scorable),
        Link(page="my:consents", title=_("授权"), shown=lambda me: me.may_consent),
        Link(page="my:readings", title=_("谁查过我"), shown=lambda me: me.may_archive),
        Link(page="my:agents", title=_("代理人"), shown=lambda me: not me.agency),
    ),
)
