"""A maintenance window binds from its first start to its last end, and each conflict names it: check all again."""

from django.db import migrations


def check_again(apps, schema_editor):
    apps.get_model("calendar", "ConflictCheck").objects.update(stale=True)


class Migration(migrations.Migration):
    dependencies = [("calendar", "0008_feeds_of_views")]

    operations = [migrations.RunPython(check_again, migrations.RunPython.noop)]
