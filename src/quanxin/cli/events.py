"""Commands about what followers of the archive's events set aside: events list, retry.

Invariant: nothing here acts on an event: the worker does, at its next pass.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from quanxin.accounts.actors import Role
from quanxin.terminal.access import actor, may
from quanxin.terminal.output import emit, table

events = typer.Typer(
    help="变更的后续处理（得分、通知）。 / Following up changes (scores, notices).", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(events, name="events")


@events.command(name="list")
@may(Role.CENTRE)
def list_(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="最多列出多少项 / how many at most")] = 50,
) -> None:
    """列出后续处理的进度和搁置的处理。 / List how far followers are, and what they set aside."""
    from quanxin.archive.models import Follower, SetAside

    rows = [
        {
            "row": one.pk,
            "follower": one.follower,
            "event": one.event.position,
            "subject": one.subject or None,
            "attempts": one.attempts,
            "since": one.since,
            "next": one.next_at,
            "reason": one.reason,
        }
        for one in SetAside.objects.select_related("event")[:limit]
    ]
    followers = [{"follower": one.name, "position": one.position, "at": one.at} for one in Follower.objects.all()]
    emit({"followers": followers, "set_aside": rows}, show=_show)


@events.command()
@may(Role.CENTRE)
def retry(
    follower: Annotated[str, typer.Argument(help="evaluation（得分）或 rights（通知） / evaluation or rights")],
    row: Annotated[int | None, typer.Option(help="只重新处理这一项 / this one alone")] = None,
) -> None:
    """重新处理搁置的变更。 / Have what was set aside tried again."""
    from quanxin.archive import followers

    emit({"follower": follower, "rows": followers.try_again(actor(), follower, row)})


def _show(listed: dict[str, Any]) -> Any:
    from rich.console import Group

    return Group(
        table("进度 / Followers", listed["followers"], empty="还没有处理过变更。 / Nothing was followed yet."),
        table("搁置 / Set aside", listed["set_aside"], empty="没有搁置的处理。 / Nothing is set aside."),
    )
