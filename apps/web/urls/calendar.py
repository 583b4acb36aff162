"""The calendar, and the freezes on it."""

from django.urls import URLPattern, path

from apps.web.views import (
    calendar,
    calendar_rules,
    calendar_sheet,
    conflicts,
    feeds,
    importing,
    moving,
    periods,
    slots,
)

urlpatterns: list[URLPattern] = [
    path("calendar/", calendar.month, name="calendar"),
    path("calendar/quarter/", calendar.quarter, name="calendar-quarter"),
    path("calendar/week/", calendar.week, name="calendar-week"),
    path("calendar/timeline/", calendar.timeline, name="calendar-timeline"),
    path("calendar/agenda/", calendar.agenda, name="calendar-agenda"),
    path("calendar/slots/", slots.slots, name="calendar-slots"),
    path("calendar/rules/", calendar_rules.rules, name="calendar-rules"),
    path("calendar/rules/change/", calendar_rules.write, name="calendar-rules-write"),
    path("calendar/conflicts/<int:number>/", conflicts.conflict, name="conflict"),
    path("calendar/conflicts/<int:number>/after/", conflicts.after, name="conflict-after"),
    path("calendar/conflicts/<int:number>/waiver/", conflicts.waiver, name="conflict-waiver"),
    path("calendar/conflicts/<int:number>/end/", conflicts.end, name="conflict-end"),
    path("calendar/waivers/<str:ref>/", conflicts.waiver_page, name="waiver"),
    path("calendar/move/<str:ref>/", moving.move, name="calendar-move"),
    path("calendar/move/<str:ref>/ask/", moving.ask, name="calendar-move-ask"),
    path("calendar/four-weeks.pdf", calendar_sheet.sheet, name="calendar-sheet"),
    path("calendar/feeds/", feeds.feeds, name="calendar-feeds"),
    path("calendar/feeds/<slug:prefix>/revoke/", feeds.revoke, name="calendar-feed-revoke"),
    path("calendar/feeds/<str:secret>.ics", feeds.read, name="calendar-feed"),
    path("calendar/import/", importing.import_file, name="calendar-import"),
    path("calendar/periods/new/", periods.declare, name="period-new"),
    path("calendar/periods/<str:ref>/", periods.period, name="period"),
    path("calendar/periods/<str:ref>/change/", periods.change, name="period-change"),
    path("calendar/periods/<str:ref>/outcome/", periods.outcome, name="period-outcome"),
    path("calendar/periods/<str:ref>/skip/", periods.skip, name="period-skip"),
    path("calendar/periods/<str:ref>/lift/", periods.lift, name="period-lift"),
]
