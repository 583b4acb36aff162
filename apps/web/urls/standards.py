"""Standard changes."""

from django.urls import URLPattern, path, re_path

from apps.web.views import standard_writing, standards

_REF = r"(?P<ref>STD-[0-9]{1,6})"
_VERSION = rf"{_REF}/versions/(?P<number>[0-9]{{1,5}})"

urlpatterns: list[URLPattern] = [
    path("standard-changes/", standards.overview, name="standards"),
    path("standard-changes/new/", standard_writing.write, name="standard-new"),
    re_path(rf"^standard-changes/{_REF}/$", standards.standard, name="standard"),
    re_path(rf"^standard-changes/{_REF}/use/$", standards.use, name="standard-use"),
    re_path(rf"^standard-changes/{_REF}/write/$", standard_writing.write, name="standard-write"),
    re_path(rf"^standard-changes/{_REF}/retire/$", standard_writing.retire, name="standard-retire"),
    re_path(rf"^standard-changes/{_VERSION}/$", standards.version, name="standard-version"),
    re_path(rf"^standard-changes/{_VERSION}/propose/$", standard_writing.propose, name="standard-propose"),
    re_path(rf"^standard-changes/{_VERSION}/withdraw/$", standard_writing.withdraw, name="standard-withdraw"),
]
