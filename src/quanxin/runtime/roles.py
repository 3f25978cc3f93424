"""The roles of the database: who owns its tables, who works in them, who only reads.

Invariant: the application's role is no superuser and owns nothing. Of each table it may read, add, change and take away
rows, of one that only grows no more than ``append_only`` says, of the list of migrations read alone; it empties none,
alters none, and what a migration makes is its own only by these grants. The owner's role changes tables and does nothing
else. The reader's role reads every table and changes none, for backups.
"""

from __future__ import annotations

from typing import Any

from psycopg import sql

from quanxin.runtime.append_only import APPEND_ONLY

OWNER, APPLICATION, READER = "quanxin_owner", "quanxin", "quanxin_reader"
MIGRATIONS = "django_migrations"
_ALL = frozenset({"UPDATE", "DELETE"})  # besides reading and adding

# What an older cluster's superuser owned goes to the owner. Sequences of columns follow their tables.
HAND_OVER = f"""
DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND NOT EXISTS (
            SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
                AND c.relkind = 'S')
    LOOP EXECUTE format('ALTER TABLE %s OWNER TO {OWNER}', found.name); END LOOP;
    FOR found IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    LOOP EXECUTE format('ALTER ROUTINE %s OWNER TO {OWNER}', found.name); END LOOP;
    FOR found IN SELECT t.oid::regtype AS name FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE t.typnamespace = 'public'::regnamespace AND (t.typtype IN ('e', 'd') OR c.relkind = 'c')
    LOOP EXECUTE format('ALTER TYPE %s OWNER TO {OWNER}', found.name); END LOOP;
END $$
"""

# The tables whose rights the role of this session has not as they should be: too few, or too many.
ASTRAY = """
SELECT c.relname FROM pg_class c
LEFT JOIN unnest(%(tables)s::text[], %(more)s::text[]) AS declared (name, more) ON declared.name = c.relname
CROSS JOIN LATERAL (
    SELECT CASE WHEN c.relname = %(migrations)s THEN 'SELECT' ELSE 'SELECT,INSERT,' || coalesce(more, 'UPDATE,DELETE') END
) AS due (rights)
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND EXISTS (
    SELECT FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS possible (may)
    WHERE has_table_privilege(c.oid, may) <> (may = ANY (string_to_array(due.rights, ',')))
) ORDER BY 1
"""


def found(cursor: Any) -> None:
    """As superuser: have the three roles and give the database and all that is in it to its owner; in a transaction.

    Safe to call again. The application's role comes with everything else or not at all, so that whoever can sign in by
    it finds the rest done.
    """
    for role, login in ((OWNER, "LOGIN"), (APPLICATION, "LOGIN"), (READER, "NOLOGIN")):
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if not cursor.fetchone():
            cursor.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), sql.SQL(login)))
    cursor.execute("SELECT current_database()")
    database = sql.Identifier(cursor.fetchone()[0])
    cursor.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, sql.Identifier(OWNER)))
    cursor.execute(HAND_OVER)
    settle(cursor, OWNER, APPLICATION)


def settle(cursor: Any, owner: str, application: str) -> None:
    """As the owner: give the application's and the reader's role what they may, and nothing more; in a transaction."""
    cursor.execute("SELECT current_database(), EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [READER])
    database, reader = cursor.fetchone()
    names = {
        "database": sql.Identifier(database), "owner": sql.Identifier(owner), "application": sql.Identifier(application),
        "reader": sql.Identifier(READER), "public": sql.Identifier("public"),
    }  # fmt: skip
    for statement in (*_APPLICATION, *(_READER if reader else ())):
        cursor.execute(sql.SQL(statement).format(**names))
    cursor.execute(
        "SELECT relname, relispartition FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    )
    for table, is_partition in cursor.fetchall():
        kept = frozenset() if table == MIGRATIONS else APPEND_ONLY.get(table, _ALL)
        taken = sorted(_ALL - kept) + (["INSERT"] if table == MIGRATIONS else [])
        if is_partition:  # rows go by the table that it is a part of
            taken = ["ALL"]
        if taken:
            statement = f"REVOKE {', '.join(taken)} ON {{}} FROM {{}}"
            cursor.execute(sql.SQL(statement).format(sql.Identifier("public", table), names["application"]))


def astray(cursor: Any) -> list[str]:
    """The tables of which the role of this session has not exactly the rights that it should have."""
    tables = list(APPEND_ONLY)
    more = [",".join(sorted(APPEND_ONLY[table])) for table in tables]
    cursor.execute(ASTRAY, {"tables": tables, "more": more, "migrations": MIGRATIONS})
    return [name for (name,) in cursor.fetchall()]


def powers(cursor: Any) -> tuple[bool, int]:
    """Whether the role of this session has powers over the whole server, and how many tables it owns."""
    cursor.execute(
        "SELECT r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls"
        " OR pg_has_role('pg_read_server_files', 'MEMBER') OR pg_has_role('pg_write_server_files', 'MEMBER')"
        " OR pg_has_role('pg_execute_server_program', 'MEMBER'),"
        " (SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND pg_has_role(c.relowner, 'MEMBER')) FROM pg_roles r WHERE r.rolname = current_user"
    )
    wide, owned = cursor.fetchone()
    return bool(wide), int(owned)


_APPLICATION = (
    "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {application}",
    "REVOKE CREATE ON SCHEMA {public} FROM PUBLIC, {application}",
    "GRANT USAGE ON SCHEMA {public} TO {application}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA {public} FROM PUBLIC, {application}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {public} TO {application}",
    "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {public} TO {application}",
    # a table that a migration makes can be used at once; that it only grows is settled before the migration ends
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {public}"
    " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {application}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {public} GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {application}",
)
_READER = (
    "GRANT CONNECT ON DATABASE {database} TO {reader}",
    "GRANT USAGE ON SCHEMA {public} TO {reader}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA {public} TO {reader}",
    "GRANT SELECT ON ALL SEQUENCES IN SCHEMA {public} TO {reader}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {public} GRANT SELECT ON TABLES TO {reader}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {public} GRANT SELECT ON SEQUENCES TO {reader}",
)
