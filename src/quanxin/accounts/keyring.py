"""What an administrator does with the keys: add one, seal everything anew under it, retire the old, index anew.

Invariant: nothing that was sealed is ever without a key that opens it. A rotation commits small portions, each whole;
killed at any moment and begun again it goes on with what is left. A key is retired only when nothing is sealed under it,
and no transaction that still seals under it is open. Secrets are neither returned nor told of in the audit.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection, transaction

from quanxin.accounts.actors import Actor, Role
from quanxin.accounts.models import audit
from quanxin.accounts.sealed import INDEXED, REPEATED, SEALED, Indexed, Sealed
from quanxin.calendar import now
from quanxin.identifiers.ciphers import SUITES, available, suite
from quanxin.identifiers.ring import BadRing, Key, Ring, State, new_key
from quanxin.identifiers.sealing import MARK, CannotUnseal, Sealer, head_of, indexing, text_head_of
from quanxin.runtime.keys import INDEXING, SEALING, changing, lock_of, sealer
from quanxin.runtime.session import own_session

PORTION = 500  # rows that are sealed anew in one transaction
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Listed:
    """A key without its secret, how many rows are sealed under it, and whether it is the one that seals (indexes)."""

    id: str
    use: str
    algorithm: str
    created: str
    state: str
    writes: bool
    rows: int | None


@dataclass(slots=True)
class Rotated:
    """What a rotation did: rows moved by column, and those that could not be opened and stay as they are."""

    key: str
    moved: dict[str, int] = field(default_factory=dict)
    unopened: dict[str, int] = field(default_factory=dict)


def listed(actor: Actor) -> list[Listed]:
    """The keys of the ring. Raises ``NotAllowed`` without the administrator's role."""
    actor.require(Role.ADMINISTRATOR)
    ring = sealer().ring
    made = [_listed(k, "seal", k is ring.writer, _rows_under(k) if k.algorithm in SUITES else None) for k in ring.keys]
    return made + [_listed(k, "index", k.state is State.ACTIVE, None) for k in ring.index]


def missing() -> set[str]:
    """The columns in which something is sealed under a key that the ring does not hold; read for the installation's check."""
    ring, lost = sealer().ring, set()
    known: set[bytes | str] = {head_of(k) for k in ring.keys if k.secret} | {
        text_head_of(k) for k in ring.keys if k.secret
    }
    with connection.cursor() as cursor:
        for column in SEALED:
            cursor.execute(column.heads())
            if {bytes(h) if isinstance(h, memoryview) else h for (h,) in cursor.fetchall()} - known:
                lost.add(column.name)
    return lost


def algorithms() -> dict[str, bool]:
    """The algorithms there are, and whether this machine can run each."""
    return {name: available(found) for name, found in SUITES.items()}


@transaction.atomic
def add(actor: Actor, *, algorithm: str | None = None) -> Key:
    """Put a new active key on the ring, which seals from now on; ``algorithm`` is that of the key before by default.

    Raises ``NotAllowed``, ``SuiteMissing`` for an algorithm that cannot be run here, ``BadRing`` where the ring cannot be
    changed. Not idempotent: each call makes a key.
    """
    actor.require(Role.ADMINISTRATOR)
    with changing() as draft:
        made = new_key(suite(algorithm or draft.ring.writer.algorithm).name, now())
        audit(actor, "keys.add", f"key:{made.id}", algorithm=made.algorithm)
        draft.put(draft.ring.with_key(made))
    return made


def rotate(actor: Actor, *, on_progress: Progress | None = None, portion: int = PORTION) -> Rotated:
    """Seal everything that is sealed under other keys anew under the key that seals; return what was moved.

    In transactions of its own, a portion each, beside whoever takes in and reads. What cannot be opened stays, and is
    counted. Begun again, it moves what is left; with nothing left it changes nothing. Raises ``NotAllowed``.
    """
    actor.require(Role.ADMINISTRATOR)
    keys = sealer()
    writer = keys.ring.writer
    done, tell = Rotated(writer.id), on_progress or _untold
    audit(actor, "keys.rotate", f"key:{writer.id}", state="begun")
    _move_all(keys, writer, done, tell, portion)
    for key in keys.ring.keys:
        if key.id != writer.id:
            _wait_for(key)  # whoever still seals under it; those that come later know the new one
    _move_all(keys, writer, done, tell, portion)
    audit(actor, "keys.rotate", f"key:{writer.id}", state="done", moved=done.moved, unopened=done.unopened)
    return done


@transaction.atomic
def retire(actor: Actor, identity: str, *, destroy: bool = False) -> Key:
    """Retire a key under which nothing is sealed any more; ``destroy`` its secret too, which nothing brings back.

    Retired twice, it stays as it was. Raises ``NotAllowed``, and ``BadRing`` for an unknown key, the key that seals, and
    one under which something is sealed.
    """
    actor.require(Role.ADMINISTRATOR)
    with changing() as draft:
        found = next((k for k in draft.ring.keys if k.id == identity), None)
        _expect_retirable(draft.ring, found, identity)
        assert found is not None  # noqa: S101  the line above saw to it
        state = State.DESTROYED if destroy else State.RETIRED
        if found.state in (state, State.DESTROYED):
            return found
        _lock(SEALING, lock_of(identity))
        if rows := _rows_under(found):
            raise BadRing(
                f"仍有 {rows} 行由密钥 {identity} 加密，不能停用。",
                f"{rows} rows are still sealed under the key {identity}.",
                "请先运行 quanxin keys rotate。",
                "Run quanxin keys rotate first.",
            )
        audit(actor, "keys.retire", f"key:{identity}", destroyed=destroy)
        draft.put(draft.ring.with_state(identity, state))
    return replace(found, state=state)


def rotate_index(actor: Actor, *, algorithm: str | None = None) -> tuple[Key, int]:
    """Index every person's number anew under a new index key; return the key and how many were indexed.

    Whoever asks by an index waits meanwhile, for all of them change in one transaction. Killed before it was committed,
    nothing has changed; killed after, the next call finds that out and ends it. Raises as ``add`` does, and
    ``CannotUnseal`` if a number cannot be opened: then nothing has changed.
    """
    actor.require(Role.ADMINISTRATOR)
    with own_session() as session, session.transaction():
        session.execute("SELECT pg_advisory_xact_lock(%s, 0)", (INDEXING,))
        with changing() as draft:
            made = _next_index_key(draft.ring, algorithm)
            draft.put(replace(draft.ring, index=(*_settled(draft.ring), made)))
            with transaction.atomic():
                indexed = sum(_index_anew(column, made, sealer()) for column in INDEXED)
                audit(actor, "keys.rotate-index", f"key:{made.id}", algorithm=made.algorithm, indexed=indexed)
            active = replace(made, state=State.ACTIVE)
            old = tuple(replace(k, state=State.RETIRED) for k in draft.ring.index if k.id != made.id)
            draft.put(replace(draft.ring, index=(*old, active)))
    return active, indexed


def _untold(column: str, rows: int) -> None:
    """Progress that nobody watches."""


def _listed(key: Key, use: str, writes: bool, rows: int | None) -> Listed:
    return Listed(key.id, use, key.algorithm, key.created.isoformat(timespec="seconds"), key.state.value, writes, rows)


def _rows_under(key: Key) -> int:
    total = 0
    with connection.cursor() as cursor:
        for column in SEALED:
            condition, value = column.under(key)
            cursor.execute(f"SELECT count(*) FROM {column.table} WHERE {condition}", [value])
            total += cursor.fetchone()[0]
    return total


def _expect_retirable(ring: Ring, found: Key | None, identity: str) -> None:
    if found is None:
        raise BadRing(
            f"密钥环中没有密钥 {identity}。",
            f"The ring has no sealing key {identity}.",
            "请用 quanxin keys list 查看。",
            "See quanxin keys list.",
        )
    if found.id == ring.writer.id:
        raise BadRing(
            f"密钥 {identity} 正在使用。",
            f"The key {identity} is the one that seals.",
            "请先运行 quanxin keys add 和 quanxin keys rotate。",
            "Run keys add and keys rotate first.",
        )


def _lock(kind: int, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [kind, number])


@transaction.atomic
def _wait_for(key: Key) -> None:
    """Wait until no open transaction seals under a key."""
    _lock(SEALING, lock_of(key.id))


def _move_all(keys: Sealer, writer: Key, done: Rotated, tell: Progress, portion: int) -> None:
    for column in SEALED:
        done.unopened.pop(column.name, None)
        last: int | str | None = None
        going = True
        while going:
            last, moved, unopened = _move(column, keys, writer, last, portion)
            if moved:
                done.moved[column.name] = done.moved.get(column.name, 0) + moved
                tell(column.name, done.moved[column.name])
            if unopened:
                done.unopened[column.name] = done.unopened.get(column.name, 0) + unopened
            going = last is not None


@transaction.atomic
def _move(
    column: Sealed, keys: Sealer, writer: Key, after: int | str | None, portion: int
) -> tuple[int | str | None, int, int]:
    """Seal a portion of a column's rows anew, from the first (None) or after one; return the last of them (None: there was
    none), those moved, those not."""
    condition, value = column.under_another(writer)
    beyond = "%s::text IS NULL" if after is None else "id > %s"
    moved: list[tuple[bytes | str, int | str]] = []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {column.column}, {column.of} FROM {column.table} WHERE {beyond} AND {condition} "
            "ORDER BY id LIMIT %s FOR NO KEY UPDATE",
            [after, value, portion],
        )
        rows = cursor.fetchall()
        for identity, held, of in rows:
            try:
                moved.append((_resealed(column, keys, held, of), identity))
            except CannotUnseal:
                continue
        cast = "::jsonb" if column.form == "cells" else ""
        cursor.executemany(f"UPDATE {column.table} SET {column.column} = %s{cast} WHERE id = %s", moved)
    return (rows[-1][0] if rows else None), len(moved), len(rows) - len(moved)


def _resealed(column: Sealed, keys: Sealer, held: Any, of: str) -> bytes | str:
    if column.form == "bytes":
        return keys.seal(keys.unseal(held, of), of)
    cells = json.loads(held) if isinstance(held, str) else held
    return json.dumps(
        {
            name: keys.seal_text(keys.open_text(text, of), of)
            if isinstance(text, str) and text.startswith(MARK)
            else text
            for name, text in cells.items()
        },
        ensure_ascii=False,
    )


def _next_index_key(ring: Ring, algorithm: str | None) -> Key:
    """The key to index by: that of a rotation that was broken off, or a new one."""
    begun = next((k for k in ring.index if k.state is State.NEXT), None)
    current = next(k for k in ring.index if k.state is State.ACTIVE)
    wanted = suite(algorithm or current.algorithm).mac
    return begun or new_key(wanted, now(), state=State.NEXT)


def _settled(ring: Ring) -> tuple[Key, ...]:
    return tuple(k for k in ring.index if k.state is not State.NEXT)


def _index_anew(column: Indexed, key: Key, keys: Sealer) -> int:
    """Index the numbers of a column's rows under a key; those that are already stay as they are."""
    sealed, indexed = column.sealed, indexing(key)
    with connection.cursor() as cursor, connection.cursor() as writing:
        cursor.execute(f"LOCK TABLE {column.table} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("DROP TABLE IF EXISTS pg_temp.index_before")
        cursor.execute(
            f"CREATE TEMP TABLE index_before ON COMMIT DROP AS SELECT id, {column.column} AS before FROM {column.table} "
            f"WHERE {sealed.column} IS NOT NULL"
        )
        cursor.execute(
            f"SELECT id, {sealed.column}, {sealed.of} FROM {column.table} WHERE {sealed.column} IS NOT NULL ORDER BY id"
        )
        total = 0
        while rows := cursor.fetchmany(PORTION):
            made = [(indexed(keys.unseal(held, of)), identity) for identity, held, of in rows]
            writing.executemany(f"UPDATE {column.table} SET {column.column} = %s WHERE id = %s", made)
            total += len(made)
        for table, repeated in REPEATED:
            _follow(writing, column, table, repeated)
    return total


def _follow(cursor: Any, column: Indexed, table: str, repeated: str) -> None:
    """Let a column that repeats indexes change along. Whom no number here stands behind must be looked at anew: what it
    opens ends."""
    cursor.execute(
        f"UPDATE {table} t SET {repeated} = i.{column.column} FROM index_before b JOIN {column.table} i ON i.id = b.id "
        f"WHERE t.{repeated} = b.before"
    )
    cursor.execute(
        f"UPDATE {table} t SET ended_at = %s, ended_by = 'keys', ended_reason = %s WHERE t.{repeated} <> '' "
        f"AND t.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM {column.table} i WHERE i.{column.column} = t.{repeated})",
        [now(), "证件号码索引已更换，请持证件重新绑定 / the index was changed: show the document again"],
    )
