from django.db import migrations
from django.db.models import OuterRef, Subquery


def say_when_they_began(apps, schema_editor):
    started = apps.get_model("changes", "Change").objects.filter(round=OuterRef("pk"), actual_start__isnull=False)
    rounds = apps.get_model("approvals", "Round").objects
    rounds.update(began_at=Subquery(started.values("actual_start")[:1]))


class Migration(migrations.Migration):
    dependencies = [("approvals", "0017_began"), ("changes", "0009_standards")]

    operations = [migrations.RunPython(say_when_they_began, migrations.RunPython.noop)]
