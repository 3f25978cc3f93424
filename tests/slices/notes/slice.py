"""What notes add to the house."""

from quanxin.accounts.actors import Role
from quanxin.runtime.slices import Face, Job, Link, Slice, Term

HERE = "tests.slices.notes.parts"
SLICE = Slice(
    key="notes",
    title=("记事", "Notes"),
    links=(
        Link(page="desk:notes", title="记事簿", roles=frozenset({Role.CENTRE})),
        Link(page="my:notes", title="记事簿"),
        Link(page="portal:notes", title="记事簿"),
    ),
    pages={Face.DESK: f"{HERE}:DESK", Face.MY: f"{HERE}:MY", Face.PORTAL: f"{HERE}:PORTAL"},
    routers=(f"{HERE}:router",),
    commands=(f"{HERE}:register",),
    health={"notes": f"{HERE}:health"},
    jobs=(Job("13 4 * * *", f"{HERE}:tidy", "notes.tidy"),),
    terms=(Term("notes", "19 4 * * *", f"{HERE}:tidy", "notes.end"),),
    handlers=(f"{HERE}:WATCHED", f"{HERE}:FOLLOWED"),
    demo={"notes": f"{HERE}:demo"},
    docs=("notes.md",),
)
