"""A consent that was given never grows: it may name less, end sooner, and is ended once; it is never taken away."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION rights_consent_never_grows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fixed rights_consent := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.revoked_at IS NULL
        AND NEW.items <@ OLD.items AND NEW.resources <@ OLD.resources AND NEW.until <= OLD.until
    THEN
        fixed.items := NEW.items;
        fixed.resources := NEW.resources;
        fixed.until := NEW.until;
        fixed.alert := NEW.alert;
        fixed.revoked_at := NEW.revoked_at;
        fixed.revoked_by := NEW.revoked_by;
        IF fixed IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rights_consent never grows: another consent is another act'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER rights_consent_never_grows BEFORE UPDATE OR DELETE ON rights_consent
    FOR EACH ROW EXECUTE FUNCTION rights_consent_never_grows();
"""
BACKWARD = """
DROP TRIGGER rights_consent_never_grows ON rights_consent;
DROP FUNCTION rights_consent_never_grows();
"""


class Migration(migrations.Migration):
    dependencies = [("rights", "0001_cases")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
