"""What a draw depends on stays as it was, from the plan's line to what was drawn: the database refuses the rest."""

STAYS = """
CREATE FUNCTION supervision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'of % nothing is taken away, and what was fixed is not fixed anew', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER supervision_planline_is_dropped_once BEFORE UPDATE ON supervision_planline FOR EACH ROW WHEN (
    OLD.dropped_at IS NOT NULL
    OR to_jsonb(NEW) - 'dropped_at' <> to_jsonb(OLD) - 'dropped_at'
) EXECUTE FUNCTION supervision_stays();
CREATE TRIGGER supervision_chain_goes_on BEFORE UPDATE ON supervision_chain FOR EACH ROW WHEN (
    NEW.used NOT IN (OLD.used, OLD.used + 1) OR NEW.used >= NEW.length
    OR to_jsonb(NEW) - 'used' - 'secret' <> to_jsonb(OLD) - 'used' - 'secret'
) EXECUTE FUNCTION supervision_stays();
CREATE TRIGGER supervision_draw_goes_on BEFORE UPDATE ON supervision_draw FOR EACH ROW WHEN (
    OLD.published_at IS NOT NULL OR OLD.voided_at IS NOT NULL
    OR OLD.drawn_at IS NOT NULL AND NEW.drawn_at IS DISTINCT FROM OLD.drawn_at
    OR OLD.committed <> '' AND (NEW.committed, NEW.committed_at) IS DISTINCT FROM (OLD.committed, OLD.committed_at)
    OR OLD.root <> '' AND (NEW.root, NEW.frozen_at, NEW.chain_id) IS DISTINCT FROM (OLD.root, OLD.frozen_at, OLD.chain_id)
    OR (NEW.id, NEW.case_id, NEW.plan_line_id, NEW.after_id, NEW.again, NEW.method)
        IS DISTINCT FROM (OLD.id, OLD.case_id, OLD.plan_line_id, OLD.after_id, OLD.again, OLD.method)
) EXECUTE FUNCTION supervision_stays();
CREATE TRIGGER supervision_selected_is_withdrawn_once BEFORE UPDATE ON supervision_selected FOR EACH ROW WHEN (
    OLD.withdrawn <> ''
    OR to_jsonb(NEW) - 'withdrawn' <> to_jsonb(OLD) - 'withdrawn'
) EXECUTE FUNCTION supervision_stays();
""" + "".join(
    f"""
CREATE TRIGGER {table}_is_not_taken_away BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION supervision_stays();
SELECT ledger_guard_whole('{table}');
"""
    for table in ("supervision_planline", "supervision_chain", "supervision_draw", "supervision_selected")
)
UNDO = """
DROP FUNCTION supervision_stays CASCADE;
"""
