"""Refusals of the API: problem documents (RFC 9457), and a ledger entry where someone was denied."""

import re
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
import yaml
from django.conf import settings
from django.test import Client

from apps.accounts.models import ApiToken
from apps.accounts.services import revoke_token
from apps.audit.models import AuditEvent
from apps.changes.models import Change
from apps.core import actors, clock
from tests.api.conftest import Caller, secret_of
from tests.changes.estate import Estate
from tests.reviews.build import a_review

pytestmark = pytest.mark.django_db(transaction=True)


def denials() -> int:
    return AuditEvent.objects.filter(event="access.denied").count()


def test_call_without_token_is_401_with_problem(estate: Estate) -> None:
    answer = Client().get("/api/v1/changes/")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert set(answer.json()) == {"type", "title", "status", "detail", "instance"}


@pytest.mark.parametrize("secret", ["", "cs_", "cs_00000000_nothing", "x" * 5000, "cs_\u00e9"])
def test_call_with_bad_token_is_401(estate: Estate, secret: str) -> None:
    answer = Client().get("/api/v1/changes/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401


def test_call_with_revoked_expired_or_closed_token_is_401(estate: Estate) -> None:
    amara = estate.people["amara"]
    revoked, expired, closed = (secret_of(amara) for _ in range(3))
    tokens = list(ApiToken.objects.order_by("pk"))
    revoke_token(actor=actors.person(amara), token=tokens[0])
    ApiToken.objects.filter(pk=tokens[1].pk).update(expires_at=clock.now() - timedelta(seconds=1))
    for secret in (revoked, expired):
        assert (
            Client().get("/api/v1/changes/", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
        )
    assert Client().get("/api/v1/changes/", headers={"Authorization": f"Bearer {closed}"}).status_code == 200
    amara.is_active = False
    amara.save()
    assert Client().get("/api/v1/changes/", headers={"Authorization": f"Bearer {closed}"}).status_code == 401


def test_write_with_read_scope_is_403_and_in_the_ledger(call: Caller) -> None:
    before = denials()
    answer = call("amara", "post", "changes/", {"title": "A"}, scopes=("read",))
    assert answer.status_code == 403
    assert "changes" in answer.json()["detail"]
    assert not Change.objects.exists()
    assert denials() == before + 1


def test_read_of_what_is_not_there_is_404_and_not_in_the_ledger(call: Caller) -> None:
    before = denials()
    answer = call("amara", "get", "changes/CHG-9999/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert denials() == before


def test_read_of_anothers_draft_is_404_alike(call: Caller, estate: Estate) -> None:
    ref = call("amara", "post", "changes/", {"title": "Mine"}).json()["ref"]
    assert call("amara", "get", f"changes/{ref}/").status_code == 200
    theirs, nobody = call("priya", "get", f"changes/{ref}/"), call("priya", "get", "changes/CHG-99999/")
    assert (theirs.status_code, theirs.json()["detail"]) == (404, nobody.json()["detail"])


def test_write_of_malformed_json_is_400_problem(estate: Estate) -> None:
    headers = {"Authorization": f"Bearer {secret_of(estate.people['amara'])}"}
    answer = Client(headers=headers).post("/api/v1/changes/", data="{", content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_write_of_10_megabytes_is_413_and_nothing_is_kept(estate: Estate) -> None:
    headers = {"Authorization": f"Bearer {secret_of(estate.people['amara'])}"}
    body = '{"title": "' + "x" * 10_000_000 + '"}'
    answer = Client(headers=headers).post("/api/v1/changes/", data=body, content_type="application/json")
    assert answer.status_code == 413
    assert answer["Content-Type"] == "application/problem+json"
    assert not Change.objects.exists()


def test_unknown_address_is_404_problem(estate: Estate) -> None:
    answer = Client().get("/api/v1/nothing/at/all")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([{"component": "model:default/nobody", "to_version": "2"}], "items.0.component"),
        ([{"component": "model:default/credit-risk", "to_version": "77"}], "items.0.to_version"),
        (
            [{"component": "model:default/credit-risk", "to_version": "1", "from_version": "1"}],
            "items.0.to_version",
        ),
    ],
)
def test_draft_with_bad_item_is_422_at_the_field_and_changes_nothing(
    call: Caller, items: list[dict[str, str]], field: str
) -> None:
    answer = call("amara", "post", "changes/", {"title": "A", "items": items})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert not Change.objects.exists()


def test_draft_with_a_window_that_ends_first_is_422(call: Caller) -> None:
    window = {
        "local_start": "2026-12-01T08:00",
        "local_end": "2026-12-01T06:00",
        "time_zone": "Europe/London",
    }
    answer = call("amara", "post", "changes/", {"title": "A"} | window)
    assert answer.status_code == 422
    assert "local_end" in answer.json()["errors"]


def test_draft_with_a_plan_in_a_circle_is_422(call: Caller) -> None:
    steps = [
        {"text": "One", "lead": "amara", "after": [2]},
        {"text": "Two", "lead": "amara", "after": [1]},
    ]
    answer = call("amara", "post", "changes/", {"title": "A", "plan_steps": steps})
    assert answer.status_code == 422
    assert any(name.startswith("steps") for name in answer.json()["errors"])


def test_record_of_a_review_that_was_edited_since_is_409_and_overwrites_nothing(call: Caller) -> None:
    path = f"reviews/{a_review().ref}/"
    read = call("leila", "get", path).json()["digest"]
    assert call("leila", "patch", path, {"what_happened": "Theirs", "digest": read}).status_code == 200
    assert call("leila", "patch", path, {"what_happened": "Mine", "digest": read}).status_code == 409
    assert call("leila", "get", path).json()["what_happened"] == "Theirs"


def test_address_without_its_last_slash_is_named_with_it() -> None:
    answer = Client().get("/api/v1/changes")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "This address ends with a slash: /api/v1/changes/"
    assert "slash" not in Client().get("/api/v1/nowhere").json()["detail"]


def test_verb_that_a_resource_does_not_take_is_405(call: Caller) -> None:
    described = yaml.safe_load((Path(settings.BASE_DIR) / "docs" / "openapi.yaml").read_text())
    tried = 0
    for path, verbs in described["paths"].items():
        at = re.sub(r"\{[^}]+\}", "1", path).removeprefix("/api/v1/")
        for verb in {"post", "put", "patch", "delete"} - verbs.keys():
            assert call("leila", verb, at).status_code == 405, (verb, at)
            tried += 1
    assert tried > 100


def test_failure_of_the_portal_is_a_problem_under_api_and_a_page_elsewhere(estate: Estate) -> None:
    headers = {"Authorization": f"Bearer {secret_of(estate.people['amara'])}"}
    client = Client(headers=headers, raise_request_exception=False)
    client.force_login(estate.people["amara"])
    with patch("apps.api.views.calendar.periods_between", side_effect=RuntimeError):
        answer = client.get("/api/v1/calendar/periods/")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert answer.json()["title"] == "The portal failed"
    assert answer.json()["instance"] == "/api/v1/calendar/periods/"
    with patch("apps.web.views.periods.may_plan_some", side_effect=RuntimeError):
        page = client.get("/calendar/periods/new/")
    assert (page.status_code, page["Content-Type"]) == (500, "text/html; charset=utf-8")
