"""The calendar, and the freezes on it."""

from django.urls import URLPattern, path

from apps.web.views import calendar, moving, periods, slots

urlpatterns: list[URLPattern] = [
    path("calendar/", calendar.month, name="calendar"),
    path("calendar/week/", calendar.week, name="calendar-week"),
    path("calendar/timeline/", calendar.timeline, name="calendar-timeline"),
    path("calendar/agenda/", calendar.agenda, name="calendar-agenda"),
    path("calendar/slots/", slots.slots, name="calendar-slots"),
    path("calendar/move/<str:ref>/", moving.move, name="calendar-move"),
    path("calendar/periods/new/", periods.declare, name="period-new"),
    path("calendar/periods/<str:ref>/", periods.period, name="period"),
    path("calendar/periods/<str:ref>/change/", periods.change, name="period-change"),
    path("calendar/periods/<str:ref>/lift/", periods.lift, name="period-lift"),
]
