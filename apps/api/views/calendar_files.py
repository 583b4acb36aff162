"""``/api/v1/calendar/imports/``: a calendar file, looked at and put on the calendar as the page does it."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.calendar_files import CalendarFileSerializer, ImportSerializer
from apps.api.views.base import Resource
from apps.api.views.people import named
from apps.calendar.enums import PeriodKind
from apps.calendar.rules import in_words, scope_from
from apps.calendar.rules.ics_in import IcsFile, PeriodSpec, read_ics
from apps.calendar.rules.spans import zone_named
from apps.calendar.selectors import (
    Difference,
    ImportOrder,
    catches,
    import_decision,
    import_difference,
    order_of,
    planning_decision,
)
from apps.calendar.services import import_periods
from apps.core import clock


class PreviewImport(Resource):
    write_scope = TokenScope.CALENDAR

    @extend_schema(request=CalendarFileSerializer, responses=ImportSerializer)
    def post(self, request: Request) -> Response:
        """Return what an import of the file would change. Nothing is changed."""
        now = clock.now()
        file, order = self.asked(request, now)
        difference = import_difference(order, now)
        import_decision(self.actor, order, difference).require()
        return _answer(file, order, difference, now)

    def asked(self, request: Request, now: datetime) -> tuple[IcsFile, ImportOrder]:
        """Return the file and what is asked for. Who may not plan what it covers is refused before it is read."""
        asked = CalendarFileSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        scope = scope_from(given["scope"])
        planning_decision(self.actor, scope).require()
        if given["time_zone"]:
            zone_named(given["time_zone"])
        file = read_ics(given["file"].encode(), time_zone=given["time_zone"], now=now)
        [owner] = named([given["owner"] or self.user.username], "owner")
        order = order_of(
            file,
            source=given["source"],
            kind=PeriodKind(given["kind"]),
            scope=scope,
            owner=owner,
            on_call=named(given["on_call"], "on_call"),
        )
        return file, order


class Imports(PreviewImport):
    @extend_schema(request=CalendarFileSerializer, responses=ImportSerializer)
    def post(self, request: Request) -> Response:
        """Make the calendar say what the file says, and return what that changed. The same again changes nothing."""
        now = clock.now()
        file, order = self.asked(request, now)
        return _answer(file, order, import_periods(actor=self.actor, order=order), now)


def _answer(file: IcsFile, order: ImportOrder, done: Difference, now: datetime) -> Response:
    content = {
        "source": order.source,
        "time_zone": file.time_zone,
        "new": [_spec(spec) for spec in done.new],
        "changed": [
            _spec(edit.spec) | {"ref": edit.period.ref, "what": list(edit.what)} for edit in done.changed
        ],
        "gone": done.gone,
        "same": done.same,
        "not_read": [*file.not_read, *done.left],
        "catches": [booking.ref for booking in catches(order, done, now)],
    }
    return Response(ImportSerializer(content).data)


def _spec(spec: PeriodSpec) -> dict[str, Any]:
    return {"uid": spec.uid, "name": spec.name, "when": in_words(spec.recurrence)}
