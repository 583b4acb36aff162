"""Write what a freeze covered as a scope, its time as its one instance, and a conflict's kind by its new name."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def write(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001
    period, occurrence = apps.get_model("calendar", "Period"), apps.get_model("calendar", "Occurrence")
    conflict, booking = apps.get_model("calendar", "Conflict"), apps.get_model("calendar", "Booking")
    for one in period.objects.select_related("team", "component"):
        values = {
            "team": one.team and one.team.slug,
            "component": one.component and one.component.key,
            "kind": one.component_kind,
            "tier": one.tier and str(one.tier),
        }
        value = values.get(one.scope_kind)
        if value:
            one.scope = {"covers": {one.scope_kind: [value]}}
            one.save(update_fields=["scope"])
        occurrence.objects.create(period=one, start=one.start, end=one.end)
    conflict.objects.filter(kind="dependency").update(kind="reads")
    first = booking.objects.filter(pk=OuterRef("booking_id"))
    conflict.objects.update(start=Subquery(first.values("start")), end=Subquery(first.values("end")))


class Migration(migrations.Migration):
    dependencies = [("calendar", "0002_periods")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
