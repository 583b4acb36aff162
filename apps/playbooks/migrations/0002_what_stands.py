"""A version of a template and a finished document never change: the database refuses to change one or take it out."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION playbooks_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What was written here never changes: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# ENABLE ALWAYS: a plain trigger is bypassed by session_replication_role = replica.
GUARD_VERSION = """
CREATE TRIGGER playbooks_version_no_change BEFORE UPDATE OR DELETE ON playbooks_templateversion
    FOR EACH ROW EXECUTE FUNCTION playbooks_refuse();
ALTER TABLE playbooks_templateversion ENABLE ALWAYS TRIGGER playbooks_version_no_change;
"""
GUARD_DOCUMENT = """
CREATE TRIGGER playbooks_document_no_change BEFORE UPDATE OR DELETE ON playbooks_document
    FOR EACH ROW WHEN (OLD.state = 'finished') EXECUTE FUNCTION playbooks_refuse();
ALTER TABLE playbooks_document ENABLE ALWAYS TRIGGER playbooks_document_no_change;
"""


class Migration(migrations.Migration):
    dependencies = [("playbooks", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION playbooks_refuse()"),
        migrations.RunSQL(
            GUARD_VERSION, "DROP TRIGGER playbooks_version_no_change ON playbooks_templateversion"
        ),
        migrations.RunSQL(GUARD_DOCUMENT, "DROP TRIGGER playbooks_document_no_change ON playbooks_document"),
    ]
