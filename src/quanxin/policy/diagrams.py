"""A procedure as a picture: its states in columns, its acts as numbered arrows between them.

Invariant: the picture says no more than the table beside it, which is its alternative; it is SVG within the page, so that it
needs no network, no script and no other program.
"""

from __future__ import annotations

from html import escape

from quanxin.policy.procedure import Act, Procedure, State

WIDE, HIGH, ACROSS, DOWN, EDGE = 150, 52, 110, 46, 24  # a box, the room between columns and rows, the margin


def table(procedure: Procedure) -> list[tuple[str, ...]]:
    """The acts, a row each: number, act, from, to, who, the term of the state that it leads to."""
    rows: list[tuple[str, ...]] = []
    for number, act in enumerate(procedure.acts, 1):
        start = "、".join(procedure.state_of[key].title.zh for key in act.from_) or "（受理）"
        rows.append(
            (
                str(number),
                f"{act.title.zh}<br>{act.title.en}",
                start,
                _target(procedure, act),
                _who(act),
                _clock(procedure.state_of.get(act.to)),
            )
        )
    return rows


def svg(procedure: Procedure) -> str:
    """The picture as one SVG element in lines without a blank one, so that Markdown leaves it whole."""
    places = _places(procedure)
    width = 2 * EDGE + max(x for x, _ in places.values()) + WIDE
    arrows, highest = _arrows(procedure, places)
    top = min(0, highest - EDGE)
    height = 2 * EDGE + max(y for _, y in places.values()) + HIGH + DOWN - top
    title = escape(f"{procedure.title.zh} / {procedure.title.en}")
    return "\n".join(
        [
            f'<svg class="procedure" role="img" aria-label="{title}" viewBox="0 {top} {width} {height}"'
            f' style="max-width:{width}px;width:100%;height:auto">',
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
            '<path d="M0 0 8 4 0 8z" fill="currentColor"/></marker></defs>',
            *arrows,
            *(_box(procedure.state_of[key], *place) for key, place in places.items()),
            "</svg>",
        ]
    )


def _places(procedure: Procedure) -> dict[str, tuple[int, int]]:
    """Where each state stands: in the column of how many acts lead to it at least, in the order of the procedure."""
    depth = {procedure.files.to: 0}
    moves = [(start, target) for start, _, target in procedure.moves() if start]
    for _ in procedure.states:
        for start, target in moves:
            if start in depth:
                depth[target] = min(depth.get(target, len(procedure.states)), depth[start] + 1)
    rows: dict[int, int] = {}
    placed = {}
    for state in procedure.states:
        column = depth.get(state.key, 0)
        row = rows.get(column, 0)
        rows[column] = row + 1
        placed[state.key] = (EDGE + column * (WIDE + ACROSS), EDGE + row * (HIGH + DOWN))
    return placed


def _arrows(procedure: Procedure, places: dict[str, tuple[int, int]]) -> tuple[list[str], int]:
    """An arrow for each pair of states, with the numbers of its acts; and how high the highest goes."""
    numbers: dict[tuple[str, str], list[int]] = {}
    of = {act.key: number for number, act in enumerate(procedure.acts, 1)}
    for start, act, target in procedure.moves():
        if start and start != target:
            found = numbers.setdefault((start, target), [])
            if of[act.key] not in found:
                found.append(of[act.key])
    drawn, highest = [], 0
    for (start, target), held in numbers.items():
        path, (x, y) = _path(places[start], places[target])
        highest = min(highest, y)
        drawn.append(f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="1.3" marker-end="url(#tip)"/>')
        drawn.append(_label(", ".join(map(str, held)), x, y))
    return drawn, highest


def _path(start: tuple[int, int], target: tuple[int, int]) -> tuple[str, tuple[int, int]]:
    """A curve from a box to another and where its numbers stand: forward from side to side, back and down around."""
    (x0, y0), (x1, y1) = start, target
    if x1 > x0:
        a, b = (x0 + WIDE, y0 + HIGH // 2), (x1 - 2, y1 + HIGH // 2)
        bend = (b[0] - a[0]) // 2
        return (
            f"M{a[0]} {a[1]}C{a[0] + bend} {a[1]} {b[0] - bend} {b[1]} {b[0]} {b[1]}",
            (b[0] - 26, b[1] - (b[1] - a[1]) // 8 - 4),
        )
    if x1 == x0:
        side, low, high = x0 + WIDE, y0 + HIGH // 2 + 8, y1 + HIGH // 2 - 8
        return f"M{side} {low}C{side + 50} {low} {side + 50} {high} {side + 2} {high}", (side + 40, (low + high) // 2)
    left, right, over = x1 + WIDE // 2 + 20, x0 + WIDE // 2, min(y0, y1) - DOWN + 8
    return f"M{right} {y0}C{right} {over} {left} {over} {left} {y1 - 2}", ((left + right) // 2, over + 14)


def _label(text: str, x: int, y: int) -> str:
    half = 5 * len(text) + 3
    frame = (
        f'<rect x="{x - half}" y="{y - 11}" width="{2 * half}" height="16" rx="8" fill="#fff" stroke="currentColor"/>'
    )
    return f'{frame}<text x="{x}" y="{y + 1}" font-size="11" text-anchor="middle" fill="#111">{text}</text>'


def _box(state: State, x: int, y: int) -> str:
    fill = "#fbe9e7" if state.negative else "#e8f3ec" if state.ends else "#e3eeef"
    line = "3" if state.ends else "1.2"
    clock = state.clock is not None
    return (
        f'<rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="8" fill="{fill}" stroke="#234" stroke-width="{line}"/>'
        f'<text x="{x + WIDE // 2}" y="{y + 22}" font-size="14" text-anchor="middle" fill="#111">{escape(state.title.zh)}</text>'
        f'<text x="{x + WIDE // 2}" y="{y + 40}" font-size="11" text-anchor="middle" fill="#333">'
        f"{escape(state.key)}{' ⏱' if clock else ''}</text>"
    )


def _target(procedure: Procedure, act: Act) -> str:
    if act.to == Act.SAME:
        return "（不变）"
    return "（回到暂停前）" if act.to == Act.BACK else procedure.state_of[act.to].title.zh


def _who(act: Act) -> str:
    return "、".join(
        "无人（到期）" if who.nobody else "当事人" if who.party else "领取人" if who.claimant else f"`{who.role}`"
        for who in act.who
    )


def _clock(state: State | None) -> str:
    if state is None or state.clock is None:
        return ""
    return f"`{state.clock.key or state.clock.until}`"
