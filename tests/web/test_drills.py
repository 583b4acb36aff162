"""The pages of drills: planned, started and cancelled by plain posts, timed from the records."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.changes.models import Change
from apps.playbooks.enums import DrillState
from apps.playbooks.models import Drill
from tests import drills
from tests.changes.estate import NOW, Estate, at
from tests.web.reading import queries_of, words_at

pytestmark = pytest.mark.django_db
SAID = {
    "playbook": "PB-1",
    "purpose": "Go back within the hour.",
    "components": "credit-risk",
    "planned_for": "2026-11-10T09:00",
    "submitted": "30",
}


def signed_in(client: Client, estate: Estate, name: str = "amara") -> Client:
    client.force_login(estate.people[name])
    return client


def test_drill_is_planned_started_and_cancelled_by_plain_posts(client: Client, estate: Estate) -> None:
    drills.a_playbook(estate)
    signed_in(client, estate)
    with at(NOW):
        assert "Nobody has rehearsed yet" in words_at(client, "/drills/")
        assert client.post("/drills/new/", SAID)["Location"] == "/drills/DRL-1/"
        begun = client.post("/drills/DRL-1/start/")
        change = Change.objects.get()
        assert begun["Location"] == f"/changes/{change.ref}/edit/"
        assert "Rehearsal for DRL-1" in words_at(client, f"/changes/{change.ref}/edit/why/")
        assert client.post("/drills/DRL-1/cancel/", {"reason": ""}).status_code == 422
        assert client.post("/drills/DRL-1/cancel/", {"reason": "An incident."}).status_code == 302
        assert "An incident." in words_at(client, "/drills/DRL-1/")
    assert Drill.objects.get().targets == {"submitted": 30}


def test_form_says_at_each_field_what_is_wrong_and_plans_nothing(client: Client, estate: Estate) -> None:
    drills.a_playbook(estate)
    signed_in(client, estate)
    wrong = {
        "components": "zebra",
        "submitted": "0",
        "purpose": "",
        "planned_for": "soon",
        "playbook": "PB-9",
    }
    with at(NOW):
        answer = client.post("/drills/new/", SAID | wrong)
        late = client.post("/drills/new/", SAID | {"planned_for": "2026-11-01T09:00"})
    assert answer.status_code == late.status_code == 422
    assert {"components", "submitted", "purpose", "playbook"} <= answer.context["form"].errors.keys()
    assert late.context["form"].errors == {"planned_for": ["Say when it is held: a day and time to come."]}
    assert not Drill.objects.exists()


def test_page_says_target_and_measured_time_of_each_step_and_of_the_drill_before(
    client: Client, estate: Estate
) -> None:
    playbook = drills.a_playbook(estate)
    drills.finished(estate, drills.a_drill(estate, playbook))
    second = drills.a_drill(estate, playbook, targets={"submitted": 5, "signed": 20})
    Drill.objects.filter(pk=second.pk).update(planned_for=drills.REVIEWED)
    signed_in(client, estate, "ruth")
    first = words_at(client, "/drills/DRL-1/")
    assert "Submitted 30 min 10 min" in first
    assert "Signature: Henrik Lindqvist, Change Sponsor" in first
    assert "Priya Raghunathan, Service Owner for loan-decision" in first
    assert "Rolled back None Not measured" in first
    assert "Review signed 13 d 21 h 20 min 9 d 22 h 20 min" in first
    assert "Took 9 d 22 h 20 min" in first
    assert "DRL-1 took 9 d 22 h 20 min" in words_at(client, "/drills/DRL-2/")
    assert "Last rehearsed on" in words_at(client, "/playbooks/PB-1/")


def test_late_step_says_by_how_much_in_words(client: Client, estate: Estate) -> None:
    drill = drills.a_drill(estate, targets={"submitted": 5})
    drills.submitted(estate, drill, NOW + timedelta(minutes=12))
    said = words_at(signed_in(client, estate, "ruth"), "/drills/DRL-1/")
    assert "Submitted 5 min 12 min" in said
    assert "Late By 7 min" in said


def test_list_is_narrowed_by_state_and_costs_the_same_at_any_length(client: Client, estate: Estate) -> None:
    playbook = drills.a_playbook(estate)
    drills.a_drill(estate, playbook)
    signed_in(client, estate)
    few = queries_of(client, "/drills/")
    for _ in range(3):
        drills.a_drill(estate, playbook)
    drills.rehearsal(estate, Drill.objects.first())
    assert queries_of(client, "/drills/") == few
    assert words_at(client, f"/drills/?state={DrillState.RUNNING}").count("DRL-") == 1
    assert "No drill fits" in words_at(client, "/drills/?state=finished")


def test_whoever_may_not_plan_start_or_cancel_is_refused(client: Client, estate: Estate) -> None:
    drills.a_drill(estate)
    signed_in(client, estate, "ruth")
    assert client.get("/drills/new/").status_code == 403
    assert client.post("/drills/DRL-1/start/").status_code == 403
    assert client.post("/drills/DRL-1/cancel/", {"reason": ""}).status_code == 403
    assert Drill.objects.get().state == DrillState.PLANNED
