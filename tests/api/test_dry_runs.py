"""Dry runs over REST: a draft is judged over the last year, read while it runs, and read when it is done."""

from datetime import timedelta

import pytest

from apps.core import actors
from apps.gates.services import rehearse
from tests.api.conftest import Caller
from tests.changes.estate import NOW, Estate, at, submitted

pytestmark = pytest.mark.django_db
STOPS_ALL = {
    "id": "nothing-goes",
    "title": "Nothing goes",
    "stage": "submission",
    "effect": "deny",
    "when": "",
    "expression": "true",
    "message": "Nothing goes.",
    "remedy": "Wait.",
    "examples": [],
}


def test_draft_is_judged_over_the_last_year_and_read_with_each_change_that_it_stops(
    estate: Estate, call: Caller
) -> None:
    change = submitted(estate)
    with at(NOW + timedelta(days=1)):
        draft = call("leila", "post", "rules/draft/", {"reason": "PIR-0961"}).json()
        like = draft["document"]["rules"][0]
        document = draft["document"] | {"rules": [{key: STOPS_ALL.get(key, like[key]) for key in like}]}
        written = call("leila", "patch", "rules/draft/", {"digest": draft["digest"], "document": document})
        digest = {"digest": written.json()["digest"]}
        assert call("amara", "post", "rules/dry-runs/", {}).status_code == 403  # whatever the body
        assert call("leila", "post", "rules/dry-runs/", {"digest": draft["digest"]}).status_code == 409
        asked = call("leila", "post", "rules/dry-runs/", digest)
        assert (asked.status_code, asked.json()["state"], asked.json()["total"]) == (202, "open", 1)
        run = asked.json()["ref"]
        assert asked.json()["found"]["looked_at"] == 0
        rehearse(actor=actors.system("rules"), rehearsal_id=int(run.removeprefix("DRY-")))
        read = call("ruth", "get", f"rules/dry-runs/{run}/").json()
        assert (read["state"], read["found"]["looked_at"], read["found"]["ways"]["stopped"]) == ("done", 1, 1)
        stopped_by = [row["rule"] for row in read["found"]["rules"] if row["ways"]["stopped"]]
        assert stopped_by == ["nothing-goes"]
        (row,) = call("ruth", "get", f"rules/dry-runs/{run}/changes/").json()["results"]
        assert (row["change"], row["way"], row["because"]) == (change.ref, "stopped", ["nothing-goes"])
        assert [one["ref"] for one in call("ruth", "get", "rules/dry-runs/").json()["results"]] == [run]
        for ref in ("DRY-99", "99", "DRY-"):
            assert call("ruth", "get", f"rules/dry-runs/{ref}/changes/").status_code == 404
