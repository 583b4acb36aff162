from django.urls import URLPattern, path

from apps.web.views import briefings

urlpatterns: list[URLPattern] = [
    path("briefings/", briefings.week_briefing, name="briefings"),
    path("changes/<str:ref>/briefing/", briefings.change_briefing, name="briefing"),
]
