"""The sequence that numbers changes: CHG-1001 is the first."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("changes", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE changes_change_number START 1001 OWNED BY changes_change.number",
            "DROP SEQUENCE changes_change_number",
        )
    ]
