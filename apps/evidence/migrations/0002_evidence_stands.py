"""Evidence is what decisions rest on: the database refuses to change any of it or to take it out."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION evidence_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Evidence never changes: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# ENABLE ALWAYS: a plain trigger is bypassed by session_replication_role = replica.
GUARD = """
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION evidence_refuse();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change;
"""
TABLES = ("evidence_rawfile", "evidence_report", "evidence_result")


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION evidence_refuse()"),
        *(
            migrations.RunSQL(GUARD.format(table=table), f"DROP TRIGGER {table}_no_change ON {table}")
            for table in TABLES
        ),
    ]
