"""Drills over REST."""

import pytest

from apps.changes.models import Change
from tests import drills
from tests.api.conftest import Caller
from tests.changes.estate import NOW, Estate, at

pytestmark = pytest.mark.django_db


def test_drill_over_rest_is_started_read_and_cancelled(call: Caller, estate: Estate) -> None:
    drills.a_drill(estate)
    with at(NOW):
        assert call("henrik", "post", "drills/DRL-1/start/", {}).status_code == 403
        assert call("amara", "post", "drills/DRL-1/start/", {}, scopes=("read",)).status_code == 403
        begun = call("amara", "post", "drills/DRL-1/start/", {}).json()
        assert (begun["drill"]["state"], begun["change"]) == ("running", Change.objects.get().ref)
        assert begun["steps"][0] | {"at": ""} == {
            "step": "submitted",
            "name": "Submitted",
            "at": "",
            "took_seconds": None,
            "target_seconds": 1800,
        }
        assert call("amara", "post", "drills/DRL-1/start/", {}).status_code == 409
        assert call("henrik", "post", "drills/DRL-1/cancel/", {}).status_code == 403
        assert call("amara", "post", "drills/DRL-1/cancel/", {"reason": " "}).status_code == 422
        call("amara", "post", "drills/DRL-1/cancel/", {"reason": "An incident."})
    [row] = call("ruth", "get", "drills/").json()["results"]
    assert (row["ref"], row["state"], row["cancelled_reason"]) == ("DRL-1", "cancelled", "An incident.")
    assert call("ruth", "get", "drills/DRL-9/").status_code == 404
