"""A version of a playbook never changes: the database refuses to change one or take it out."""

from django.db import migrations

# ENABLE ALWAYS: a plain trigger is bypassed by session_replication_role = replica.
GUARD = """
CREATE TRIGGER playbooks_playbook_no_change BEFORE UPDATE OR DELETE ON playbooks_playbookversion
    FOR EACH ROW EXECUTE FUNCTION playbooks_refuse();
ALTER TABLE playbooks_playbookversion ENABLE ALWAYS TRIGGER playbooks_playbook_no_change;
"""


class Migration(migrations.Migration):
    dependencies = [("playbooks", "0004_playbooks")]

    operations = [
        migrations.RunSQL(GUARD, "DROP TRIGGER playbooks_playbook_no_change ON playbooks_playbookversion"),
    ]
