"""The rules that judge changes: in force, by version, as a draft, and their waivers."""

from django.urls import URLPattern, path, re_path

from apps.web.views import rule_waivers, rules, rules_dry_runs, rules_writing

_NUMBER = r"(?P<number>[1-9][0-9]{0,8})"

# A rule's own page comes last: its name could be any word.
urlpatterns: list[URLPattern] = [
    path("rules/", rules.overview, name="rules"),
    re_path(rf"^rules/versions/{_NUMBER}/$", rules.version, name="rules-version"),
    path("rules/draft/", rules_writing.draft, name="rules-draft"),
    path("rules/draft/decided/", rules_dry_runs.decided, name="rules-decided"),
    path("rules/draft/add/", rules_writing.add, name="rules-draft-add"),
    re_path(rf"^rules/draft/{_NUMBER}/$", rules_writing.edit, name="rules-draft-rule"),
    re_path(rf"^rules/dry-runs/{_NUMBER}/$", rules_dry_runs.dry_run, name="rules-dry-run"),
    re_path(rf"^rules/dry-runs/{_NUMBER}/progress/$", rules_dry_runs.progress, name="rules-dry-run-progress"),
    path("rules/waivers/", rule_waivers.waivers, name="rule-waivers"),
    path("rules/waivers/new/", rule_waivers.ask, name="rule-waiver-new"),
    re_path(rf"^rules/waivers/{_NUMBER}/$", rule_waivers.waiver, name="rule-waiver"),
    re_path(r"^rules/(?P<name>[a-z][a-z0-9-]{0,59})/$", rules.rule, name="rule"),
]
