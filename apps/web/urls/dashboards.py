"""The dashboards, the table of each figure, and the records behind its numbers."""

from django.urls import URLPattern, path

from apps.web.views import dashboards

urlpatterns: list[URLPattern] = [
    path("dashboards/", dashboards.dashboard, name="dashboards"),
    path("dashboards/<slug:name>/", dashboards.dashboard, name="dashboard"),
    path("dashboards/figures/<slug:figure>/records/", dashboards.records, name="dashboard-records"),
    path("dashboards/figures/<slug:figure>/table.csv", dashboards.table, name="dashboard-table"),
]
