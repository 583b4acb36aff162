"""The main job over REST alone: propose, sign, carry out, review, close, export."""

from datetime import timedelta
from typing import Any

import pytest

from apps.approvals.models import Signature
from apps.core import clock
from tests.api.conftest import Caller
from tests.changes.estate import Estate

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a good secret"


def whole_draft() -> dict[str, Any]:
    now = clock.now()
    return {
        "title": "Retrain the credit-risk model",
        "summary": "We train the model on newer data.",
        "outcome": "Fewer bad loans.",
        "items": [{"component": "model:default/credit-risk", "to_version": "2"}],
        "success_metrics": [{"name": "AUC", "target": 0.9}],
        "change_class": "normal",
        "time_zone": "UTC",
        "local_start": (now + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M"),
        "local_end": (now + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M"),
        "rollback_plan": "Point the alias back.",
        "rollback_minutes": 5,
        "rollback_criteria": ["Approvals fall"],
        "risk_scenarios": [{"text": "Approvals fall", "mitigation": "Watch"}],
        "plan_steps": [{"text": "Move the alias", "lead": "amara", "minutes": 10}],
    }


def sign(call: Caller, name: str, **more: Any) -> list[Any]:
    answers = []
    for row in call(name, "get", "approvals/").json():
        shown = call(name, "post", f"approvals/{row['id']}/intent/").json()
        body = {
            "digest": shown["digest"],
            "nonce": shown["nonce"],
            "decision": "approve",
            "checked": shown["checklist"],
            "password": PASSWORD,
        } | more
        answers.append(call(name, "post", f"approvals/{row['id']}/sign/", body))
    return answers


def test_change_over_rest_goes_from_proposal_to_closed(call: Caller, estate: Estate) -> None:
    ref = call("amara", "post", "changes/", whole_draft()).json()["ref"]
    submitted = call("amara", "post", f"changes/{ref}/submit/")
    assert (submitted.status_code, submitted.json()["state"]) == (200, "in_review"), submitted.json()
    assert len(submitted.json()["digest"]) == 64
    assert call("amara", "post", f"changes/{ref}/submit/").status_code == 409

    for name in ("henrik", "tomasz", "priya"):
        assert [answer.status_code for answer in sign(call, name)] == [201], name
    assert call("amara", "get", f"changes/{ref}/").json()["state"] == "approved"

    with clock.moved_to(clock.now() + timedelta(minutes=5)):
        for step, state in [("start", "in_progress"), ("complete", "completed")]:
            assert call("amara", "post", f"changes/{ref}/{step}/").json()["state"] == state
        assert call("leila", "post", f"changes/{ref}/close/").status_code == 409
        review = ref.replace("CHG", "PIR")
        written = {"outcome": "successful", "what_happened": "It went well.", "realised": {"AUC": 0.91}}
        answer = call("amara", "patch", f"reviews/{review}/", written)
        assert answer.status_code == 200, answer.json()
        assert answer.json()["metrics"][0]["realised"] == 0.91
        signed = {"digest": answer.json()["digest"], "password": PASSWORD}
        assert call("leila", "post", f"reviews/{review}/sign/", signed | {"digest": "0"}).status_code == 409
        assert call("leila", "post", f"reviews/{review}/sign/", signed).status_code == 200
        assert call("leila", "post", f"changes/{ref}/close/").json()["state"] == "closed"


def test_sign_with_wrong_password_stale_digest_or_by_the_wrong_person_signs_nothing(
    call: Caller, estate: Estate
) -> None:
    ref = call("amara", "post", "changes/", whole_draft()).json()["ref"]
    call("amara", "post", f"changes/{ref}/submit/")
    assert [answer.status_code for answer in sign(call, "henrik", password="guess")] == [403]
    assert [answer.status_code for answer in sign(call, "henrik", digest="0" * 64)] == [409]
    (asked,) = call("henrik", "get", "approvals/").json()
    path = f"approvals/{asked['id']}/intent/"
    assert call("tomasz", "post", path).status_code == 403
    shown = call("henrik", "post", path).json()
    assert shown["meanings"]["approve"].startswith("I judge ")
    body = {
        "digest": asked["digest"],
        "nonce": shown["nonce"],
        "decision": "approve",
        "checked": shown["checklist"],
        "password": PASSWORD,
    }
    assert call("tomasz", "post", f"approvals/{asked['id']}/sign/", body).status_code in (403, 404)
    assert not Signature.objects.exists()


def test_export_over_rest_is_for_those_who_oversee(call: Caller) -> None:
    today = clock.now().date().isoformat()
    assert call("amara", "post", "exports/", {"start": today, "end": today}).status_code == 403
    asked = call("ruth", "post", "exports/", {"start": today, "end": today})
    assert asked.status_code == 202, asked.json()
    assert call("ruth", "get", f"exports/{asked.json()['ref']}/").status_code == 200
    assert call("amara", "get", f"exports/{asked.json()['ref']}/").status_code == 404
