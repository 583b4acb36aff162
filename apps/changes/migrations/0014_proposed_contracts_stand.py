"""What was proposed stays: what came of its comparison and that it was dropped are written once, and nothing else."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION changes_proposedcontract_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND to_jsonb(OLD) - '{comparison_id,problem,dropped_at}'::text[]
          = to_jsonb(NEW) - '{comparison_id,problem,dropped_at}'::text[]
        AND (OLD.comparison_id IS NULL OR OLD.comparison_id IS NOT DISTINCT FROM NEW.comparison_id)
        AND (OLD.problem = '' OR OLD.problem = NEW.problem)
        AND (OLD.dropped_at IS NULL OR OLD.dropped_at IS NOT DISTINCT FROM NEW.dropped_at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A proposed contract never changes: % is refused.', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# ENABLE ALWAYS: a plain trigger is bypassed by session_replication_role = replica.
GUARD = """
CREATE TRIGGER changes_proposedcontract_no_change BEFORE UPDATE OR DELETE ON changes_proposedcontract
    FOR EACH ROW EXECUTE FUNCTION changes_proposedcontract_refuse();
ALTER TABLE changes_proposedcontract ENABLE ALWAYS TRIGGER changes_proposedcontract_no_change;
"""


class Migration(migrations.Migration):
    dependencies = [("changes", "0013_proposed_contracts")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION changes_proposedcontract_refuse()"),
        migrations.RunSQL(GUARD, "DROP TRIGGER changes_proposedcontract_no_change ON changes_proposedcontract"),
    ]
