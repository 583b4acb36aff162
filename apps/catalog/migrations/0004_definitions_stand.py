"""What was compared with a definition must be found again: the database refuses to change one or to take it out."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION catalog_definition_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A definition never changes: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# ENABLE ALWAYS: a plain trigger is bypassed by session_replication_role = replica.
GUARD = """
CREATE TRIGGER catalog_definition_no_change BEFORE UPDATE OR DELETE ON catalog_definition
    FOR EACH ROW EXECUTE FUNCTION catalog_definition_refuse();
ALTER TABLE catalog_definition ENABLE ALWAYS TRIGGER catalog_definition_no_change;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_definitions")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION catalog_definition_refuse()"),
        migrations.RunSQL(GUARD, "DROP TRIGGER catalog_definition_no_change ON catalog_definition"),
    ]
