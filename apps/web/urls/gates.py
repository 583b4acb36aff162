"""The gates of a change, its evidence, and what the gate was asked."""

from django.urls import URLPattern, path, re_path

from apps.web.views import checks, gates

_CHANGE = r"(?P<ref>CHG-[0-9]{1,9})"
_REPORT = r"(?P<ref>EV-[0-9]{1,15})"
_DECISION = r"(?P<ref>GATE-[0-9]{1,15})"

urlpatterns: list[URLPattern] = [
    path("checks/", checks.overview, name="checks"),
    path("checks/new/", checks.new, name="checks-new"),
    re_path(r"^checks/(?P<number>[1-9][0-9]{0,5})/$", checks.checks_version, name="checks-version"),
    re_path(rf"^changes/{_CHANGE}/gates/$", gates.gates, name="change-gates"),
    re_path(rf"^changes/{_CHANGE}/gates/asked/$", gates.asked, name="change-gates-asked"),
    re_path(rf"^changes/{_CHANGE}/evidence/$", gates.evidence, name="change-evidence"),
    re_path(rf"^evidence/{_REPORT}/$", gates.report, name="evidence"),
    re_path(rf"^evidence/{_REPORT}/file/$", gates.raw_file, name="evidence-file"),
    re_path(rf"^gate/{_DECISION}/$", gates.decision, name="gate-decision"),
    re_path(rf"^gate/{_DECISION}/attestation\.json$", gates.attestation, name="gate-attestation"),
]
