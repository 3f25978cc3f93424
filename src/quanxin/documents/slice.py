"""What documents add to the house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from quanxin.runtime.slices import Face, Link, Slice

SLICE = Slice(
    key="documents",
    title=("文书", "Documents"),
    links=(Link(page="portal:verify", title=_("核验文书"), place=110, also=("/verify",)),),
    pages={Face.PORTAL: "quanxin.documents.pages:PAGES"},
    commands=("quanxin.documents.cli:register",),
)
