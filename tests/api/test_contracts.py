"""New versions of contracts over REST."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts.enums import TokenScope
from apps.changes.models import ProposedContract
from tests.api.conftest import Caller, secret_of
from tests.changes.contracts import BREAKS, a_contract, written
from tests.changes.estate import Estate, draft

pytestmark = pytest.mark.django_db
SCORES = "api:default/scores"


def send(
    estate: Estate, ref: str, *, name: str = "amara", scopes: Any = (TokenScope.CHANGES,), **given: Any
) -> Any:
    client = Client(headers={"Authorization": f"Bearer {secret_of(estate.people[name], *scopes)}"})
    file = SimpleUploadedFile("scores.json", written(BREAKS))
    return client.post(f"/api/v1/changes/{ref}/contracts/", {"contract": SCORES, "file": file} | given)


def test_new_version_is_answered_with_what_it_does_to_consumers(estate: Estate, call: Caller) -> None:
    a_contract(estate)
    change = draft(estate)
    answer = send(estate, change.ref)
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["level"], told["is_waiting"], told["contract"]) == ("breaking", False, SCORES)
    assert told["consumers"] == ["pipeline:default/nightly-report"]
    assert told["breaking"] == sum(one["level"] == "breaking" for one in told["differences"])
    assert all(one["path"] and one["rule"] and one["sentence"] for one in told["differences"])
    assert call("amara", "get", f"changes/{change.ref}/contracts/").json() == [told]


def test_new_version_from_whoever_may_not_or_of_what_is_not_there_is_refused(
    estate: Estate, call: Caller
) -> None:
    a_contract(estate)
    change = draft(estate)
    assert send(estate, change.ref, scopes=(TokenScope.EVIDENCE,)).status_code == 403
    assert send(estate, change.ref, name="leila").status_code == 404
    other = send(estate, change.ref, contract="api:default/other")
    assert (other.status_code, list(other.json()["errors"])) == (422, ["contract"])
    nothing = send(estate, change.ref, file="")
    assert nothing.status_code in (400, 422)
    assert call("leila", "get", f"changes/{change.ref}/contracts/").status_code == 404
    assert not ProposedContract.objects.exists()
