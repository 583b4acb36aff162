"""Drills of playbooks."""

from django.urls import URLPattern, path, re_path

from apps.web.views import drills

_DRILL = r"^drills/(?P<ref>DRL-[0-9]{1,9})/"

urlpatterns: list[URLPattern] = [
    path("drills/", drills.drill_list, name="drills"),
    path("drills/new/", drills.new, name="drill-new"),
    re_path(rf"{_DRILL}$", drills.drill, name="drill"),
    re_path(rf"{_DRILL}start/$", drills.start, name="drill-start"),
    re_path(rf"{_DRILL}cancel/$", drills.cancel, name="drill-cancel"),
]
