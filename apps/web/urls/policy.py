"""The approval policy: what is in force, its versions, and why a change asked whom."""

from django.urls import URLPattern, path, re_path

from apps.web.views import policy, policy_writing

_REF = r"(?P<ref>POLICY-[0-9]{1,6})"

urlpatterns: list[URLPattern] = [
    path("policy/", policy.overview, name="policy"),
    path("policy/new/", policy_writing.propose, name="policy-new"),
    re_path(rf"^policy/{_REF}/$", policy.version, name="policy-version"),
    re_path(rf"^policy/{_REF}/rules/(?P<name>[a-z][a-z0-9-]{{0,39}})/$", policy.rule, name="policy-rule"),
    re_path(rf"^policy/{_REF}/withdraw/$", policy_writing.withdraw, name="policy-withdraw"),
    re_path(r"^changes/(?P<ref>CHG-[0-9]{1,9})/asked/$", policy.asked, name="change-asked"),
]
