from django.urls import URLPattern, path

from apps.web.views import briefing_prints, briefing_writing, briefings

urlpatterns: list[URLPattern] = [
    path("briefings/", briefings.this_week, name="briefings"),
    path("briefings/library/", briefings.library, name="briefing-versions"),
    path("briefings/words/", briefings.words, name="briefing-words"),
    path("briefings/begin/<path:ref>/", briefing_writing.begin, name="briefing-begin"),
    path("briefings/pdf/<path:ref>/", briefing_prints.of_now, name="briefing-pdf"),
    path("briefings/BRF-<int:number>/pdf/", briefing_prints.of_version, name="briefing-version-pdf"),
    path("briefings/BRF-<int:number>/", briefings.version, name="briefing-version"),
    path("briefings/BRF-<int:number>/edit/", briefing_writing.edit, name="briefing-edit"),
    path("briefings/<str:name>/", briefings.period_briefing, name="briefing-period"),
    path(
        "briefings/<str:name>/<str:kind>/<path:ref>/", briefings.portfolio_briefing, name="briefing-portfolio"
    ),
    path("changes/<str:ref>/briefing/", briefings.change_briefing, name="briefing"),
]
