"""An auditor reads and changes nothing: every address that takes more than a look, tried by one."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from apps.accounts.enums import TokenScope
from apps.accounts.models import User
from apps.audit.models import AuditEvent
from tests.api.conftest import secret_of
from tests.e2e.addresses import examples, filled, patterns
from tests.e2e.organisation import Names
from tests.e2e.pages.look import FEMI

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

# What an auditor may write: about themself, what they look at, and what they take out.
OWN = ("account", "notifications", "exports", "accounts/", "session", "calendar/feeds")
REFUSED = {403, 404, 405, 409}
# Who may do this depends on what the body names, so a body that names nothing good is refused as such.
LOOKED_AT_FIRST = (
    "/calendar/periods/",
    "/calendar/imports/",
    "/preview/",
    "/versions/",
    "/actions/",
    "/together/",
)
ASKED_FIRST = {
    "web:approval-sign": 422,
    "web:period-new": 200,
    "web:calendar-import": 200,  # it brings no file
    "web:sign-together": 422,  # it names nothing
    "web:approval-mail": 400,  # it brings no link
    "web:discussion-read": 302,  # how far they have read is their own
}
# Pages of words alone, the same whatever the method.
STILL = {"web:help": 200, "web:keyboard": 200, "web:accessibility": 200}


def written() -> int:
    """Return how many entries tell of anything but a refusal."""
    return AuditEvent.objects.exclude(event="access.denied").count()


def body() -> dict[str, Any]:
    return {
        "decision": "approve",
        "reason": "Because.",
        "name": "x",
        "title": "x",
        "password": "x",
        "digest": "0",
    }


def test_auditor_is_refused_by_every_page_that_changes_what_is_not_theirs(names: Names) -> None:
    auditor = User.objects.get(username=FEMI)
    client = Client(raise_request_exception=False)
    client.force_login(auditor)
    shown = examples(names)
    tried, wrong = 0, []
    for name, pattern in patterns(get_resolver()):
        if not name.startswith("web:") or pattern.startswith(OWN):
            continue
        for path in sorted(shown.get(name, {filled(pattern, names)})):
            before = written()
            answer = client.post(path, body())
            tried += 1
            asked = (ASKED_FIRST | STILL).get(name)
            if answer.status_code not in {*REFUSED, asked} or written() != before:
                wrong.append(f"{path} ({name}) answers {answer.status_code}, wrote {written() - before}")
    assert not wrong, "\n".join(wrong)
    assert tried > 60


def test_auditor_is_refused_by_every_resource_that_changes_what_is_not_theirs(names: Names) -> None:
    auditor = User.objects.get(username=FEMI)
    headers = {"Authorization": f"Bearer {secret_of(auditor, *TokenScope.values)}"}
    client = Client(headers=headers, raise_request_exception=False)
    described = yaml.safe_load((Path(settings.BASE_DIR) / "docs" / "openapi.yaml").read_text())
    records = {"changes": names["in_review"], "reviews": names["review_closed"], "cards": names["card"]}
    records |= {"approvals": names["to_validate"], "freezes": names["freeze"]}
    records |= {"components": "model:default/credit-risk"}
    tried, wrong = 0, []
    for path, verbs in described["paths"].items():
        area = next((part for part in path.split("/") if part in records), "")
        at = re.sub(r"\{[^}]+\}", lambda match, area=area: str(records.get(area, "1")), path)
        for verb in verbs.keys() & {"post", "put", "patch", "delete"}:
            if "/exports" in path:
                continue
            before = written()
            answer = getattr(client, verb)(at, data=body(), content_type="application/json")
            tried += 1
            asked = {422} if any(path.endswith(end) for end in LOOKED_AT_FIRST) else set()
            if answer.status_code not in REFUSED | asked or written() != before:
                wrong.append(f"{verb} {at} answers {answer.status_code}: {answer.content[:120]!r}")
    assert tried > 10
    assert wrong == []
