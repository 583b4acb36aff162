"""Playbooks over REST."""

import pytest

from apps.playbooks.models import Playbook
from tests.api.conftest import Caller
from tests.changes.estate import Estate
from tests.playbooks.playbook import SAID

pytestmark = pytest.mark.django_db


def test_playbook_over_rest_is_added_written_and_retired(call: Caller, estate: Estate) -> None:
    made = call("leila", "post", "playbooks/", SAID)
    assert made.status_code == 201, made.json()
    assert made.json()["content"] == SAID
    again = SAID | {"title": "No scores", "note": "Shorter.", "version": 1}
    assert call("leila", "put", "playbooks/PB-1/", again).json()["version"] == 2
    assert call("leila", "put", "playbooks/PB-1/", again).status_code == 409
    assert call("amara", "get", "playbooks/").json()["results"][0]["title"] == "No scores"
    places = {"component": [], "conflict": ["freeze"]}
    assert call("leila", "put", "playbooks/PB-1/places/", places).json()["places"] == ["conflict:freeze"]
    assert call("amara", "post", "playbooks/PB-1/read/", {}).status_code == 403
    done = call("leila", "post", "playbooks/PB-1/retire/", {"reason": "Unused."})
    assert done.json()["state"] == "retired"


def test_playbook_over_rest_is_refused_with_the_place(call: Caller, estate: Estate) -> None:
    wrong = SAID | {"escalation": [{"minutes": 5, "whom": "Team Nobody"}]}
    answer = call("leila", "post", "playbooks/", wrong)
    assert answer.status_code == 422
    assert "escalation/0/whom" in str(answer.json())
    assert call("leila", "post", "playbooks/", SAID | {"title": "a\0b"}).status_code == 422
    assert call("amara", "post", "playbooks/", {}).status_code == 403
    assert call("leila", "post", "playbooks/", SAID, scopes=("read",)).status_code == 403
    assert not Playbook.objects.exists()
