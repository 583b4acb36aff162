"""A revision is what people signed: the database refuses to change one or to take it out."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION changes_revision_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A revision never changes: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# ENABLE ALWAYS: a plain trigger is bypassed by session_replication_role = replica.
GUARD = """
CREATE TRIGGER changes_revision_no_change BEFORE UPDATE OR DELETE ON changes_revision
    FOR EACH ROW EXECUTE FUNCTION changes_revision_refuse();
ALTER TABLE changes_revision ENABLE ALWAYS TRIGGER changes_revision_no_change;
"""


class Migration(migrations.Migration):
    dependencies = [("changes", "0002_numbers")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION changes_revision_refuse()"),
        migrations.RunSQL(GUARD, "DROP TRIGGER changes_revision_no_change ON changes_revision"),
    ]
