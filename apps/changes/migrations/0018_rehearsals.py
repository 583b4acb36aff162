"""A change that rehearses a drill names it, is called a rehearsal, and stands in no index that figures are counted by."""

from django.db import migrations, models
from django.db.models import Q

from apps.changes.enums import OPEN

_ENDED = ("id", "state", "requester", "revision", "change_class", "risk", "actual_start", "first_submitted_at")


class Migration(migrations.Migration):
    dependencies = [("changes", "0017_dashboard_indexes"), ("playbooks", "0008_drill")]

    operations = [
        migrations.RemoveIndex(model_name="change", name="open_changes"),
        migrations.RemoveIndex(model_name="change", name="changes_ended"),
        migrations.RemoveIndex(model_name="change", name="changes_planned"),
        migrations.AddField(
            model_name="change",
            name="drill",
            field=models.OneToOneField(
                blank=True,
                help_text="The drill that it rehearses. It is a rehearsal then: nothing goes out, and it counts nowhere.",
                null=True,
                on_delete=models.deletion.PROTECT,
                related_name="change",
                to="playbooks.drill",
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                condition=Q(actual_end__isnull=False, drill=None),
                fields=["actual_end"],
                include=_ENDED,
                name="changes_ended",
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                fields=["planned_start"],
                include=("id", "state", "requester", "revision", "change_class", "booking", "drill"),
                name="changes_planned",
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                condition=Q(state__in=sorted(OPEN), drill=None),
                fields=["planned_start", "-number"],
                include=("state", "requester", "revision", "planned_end"),
                name="open_changes",
            ),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.CheckConstraint(
                condition=Q(drill=None) | Q(title__startswith="Rehearsal:"), name="rehearsal_is_called_one"
            ),
        ),
    ]
