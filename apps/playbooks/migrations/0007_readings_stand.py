"""That somebody has read a version never changes: the database refuses to change it or take it out."""

from django.db import migrations

# ENABLE ALWAYS: a plain trigger is bypassed by session_replication_role = replica.
GUARD = """
CREATE TRIGGER playbooks_reading_no_change BEFORE UPDATE OR DELETE ON playbooks_playbookreading
    FOR EACH ROW EXECUTE FUNCTION playbooks_refuse();
ALTER TABLE playbooks_playbookreading ENABLE ALWAYS TRIGGER playbooks_reading_no_change;
"""


class Migration(migrations.Migration):
    dependencies = [("playbooks", "0006_readings_and_places")]

    operations = [
        migrations.RunSQL(GUARD, "DROP TRIGGER playbooks_reading_no_change ON playbooks_playbookreading"),
    ]
