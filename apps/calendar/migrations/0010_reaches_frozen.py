"""Freezes are told to what only reaches under them: check all again."""

from django.db import migrations, models


def check_again(apps, schema_editor):
    apps.get_model("calendar", "ConflictCheck").objects.update(stale=True)


class Migration(migrations.Migration):

    dependencies = [("calendar", "0009_windows_bind_in_their_time")]

    operations = [
        migrations.AlterField(
            model_name='conflict',
            name='kind',
            field=models.CharField(choices=[('same_component', 'Both move the same component'), ('reads', 'One moves what the other reads'), ('writes', 'One writes what the other relies on'), ('freeze', 'It falls into a freeze'), ('reaches_frozen', 'It reaches what is frozen'), ('outside', 'No allowed window holds it'), ('cooldown', 'It comes in the quiet time after a change'), ('person', 'One person is needed at both'), ('approver', 'One approver answers for both'), ('pool', 'Both need the same compute pool'), ('limit', 'Too many at once'), ('back_to_back', 'One follows right after the other'), ('retraining', 'It meets a retraining'), ('event', 'It meets an event')], max_length=16),
        ),
        migrations.RunPython(check_again, migrations.RunPython.noop),
    ]
