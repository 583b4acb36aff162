"""A version of a course and a completion never change, but for its withdrawal: the database refuses it."""

from django.db import migrations

# ENABLE ALWAYS: a plain trigger is bypassed by session_replication_role = replica.
GUARD_VERSION = """
CREATE TRIGGER playbooks_course_no_change BEFORE UPDATE OR DELETE ON playbooks_courseversion
    FOR EACH ROW EXECUTE FUNCTION playbooks_refuse();
ALTER TABLE playbooks_courseversion ENABLE ALWAYS TRIGGER playbooks_course_no_change;
"""
GUARD_COMPLETION = """
CREATE TRIGGER playbooks_completion_no_change
    BEFORE DELETE OR UPDATE OF
        version_id, person_id, completed_on, runs_out_on, evidence, recorded_by_id, recorded_at
    ON playbooks_completion FOR EACH ROW EXECUTE FUNCTION playbooks_refuse();
ALTER TABLE playbooks_completion ENABLE ALWAYS TRIGGER playbooks_completion_no_change;
"""


class Migration(migrations.Migration):
    dependencies = [("playbooks", "0009_training")]

    operations = [
        migrations.RunSQL(GUARD_VERSION, "DROP TRIGGER playbooks_course_no_change ON playbooks_courseversion"),
        migrations.RunSQL(
            GUARD_COMPLETION, "DROP TRIGGER playbooks_completion_no_change ON playbooks_completion"
        ),
    ]
