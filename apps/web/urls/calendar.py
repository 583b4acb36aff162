"""The calendar, and the freezes on it."""

from django.urls import URLPattern, path

from apps.web.views import calendar, freezes, moving

urlpatterns: list[URLPattern] = [
    path("calendar/", calendar.month, name="calendar"),
    path("calendar/week/", calendar.week, name="calendar-week"),
    path("calendar/timeline/", calendar.timeline, name="calendar-timeline"),
    path("calendar/agenda/", calendar.agenda, name="calendar-agenda"),
    path("calendar/move/<str:ref>/", moving.move, name="calendar-move"),
    path("calendar/freezes/new/", freezes.declare, name="freeze-new"),
    path("calendar/freezes/<str:ref>/", freezes.freeze, name="freeze"),
    path("calendar/freezes/<str:ref>/lift/", freezes.lift, name="freeze-lift"),
]
