"""Checks, their results and uses only grow."""

GROWING = "".join(f"SELECT ledger_guard('{table}');" for table in ("checks_check", "checks_result", "checks_use"))
NUMBERS = ("CREATE SEQUENCE checks_check_number_seq", "DROP SEQUENCE checks_check_number_seq")
