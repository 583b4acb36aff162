"""Drop the columns that a scope has taken the place of, and hold conflicts to their new identity."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calendar", "0003_scopes")]
    operations = [
        migrations.RemoveField(
            model_name='period',
            name='component',
        ),
        migrations.RemoveField(
            model_name='period',
            name='component_kind',
        ),
        migrations.RemoveField(
            model_name='period',
            name='scope_kind',
        ),
        migrations.RemoveField(
            model_name='period',
            name='team',
        ),
        migrations.RemoveField(
            model_name='period',
            name='tier',
        ),
        migrations.AddConstraint(
            model_name='conflict',
            constraint=models.UniqueConstraint(fields=('kind', 'booking', 'other', 'period', 'what'), name='conflict_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='conflict',
            constraint=models.CheckConstraint(condition=models.Q(('other', None), ('period', None), _connector='OR'), name='conflict_has_one_other_side'),
        ),
    ]
