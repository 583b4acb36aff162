"""Reading and writing changes over REST: what each filter lets through, and that nothing is lost on the way."""

import pytest

from apps.audit.models import AuditEvent
from apps.calendar.rules import Recurrence
from apps.calendar.services import PeriodPlan
from apps.changes.rules.inputs import NoteInput
from apps.changes.selectors import content_of
from apps.changes.services import (
    declare_period,
    revise_change,
    save_impact,
    save_what,
    save_why,
    withdraw_change,
)
from tests.api.conftest import Caller
from tests.changes.estate import NOW, Estate, approved, at, draft, fresh, sign_all, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(estate: Estate) -> str:
    """Return a change that is over, beside one that is in review."""
    submitted(estate, names=("applications",))
    change = submitted(estate)
    with at(NOW):
        withdraw_change(actor=estate.actor("amara"), change=change, reason="Not now.")
    return str(change.ref)


def refs(call: Caller, query: str) -> list[str]:
    answer = call("ruth", "get", f"changes/{query}")
    assert answer.status_code == 200, answer.content
    return [row["ref"] for row in answer.json()["results"]]


def test_conflict_that_is_settled_says_so_and_blocks_no_more(call: Caller, estate: Estate) -> None:
    change = approved(estate)
    plan = PeriodPlan("Peak", "Sales.", Recurrence("2026-11-18T00:00", "2026-11-21T00:00", "UTC"))
    with at(NOW):
        declare_period(
            actor=estate.actor("leila"), plan=plan, outcomes={change.booking_id: ("exempt", "It must go.")}
        )
    [found] = call("leila", "get", f"calendar/bookings/{change.ref}/conflicts/").json()
    assert (found["severity"], found["blocking"]) == ("blocking", False)
    said = {"sort": "exempt", "until": None, "ref": "", "sentence": "It is exempt."}
    assert found["settled"] == said


def test_list_without_a_filter_holds_every_change(call: Caller, ended: str) -> None:
    assert len(refs(call, "")) == 2


@pytest.mark.parametrize(
    "query",
    ["?state=withdrawn", "?q={ref}", "?component=model:default/credit-risk"],
)
def test_list_with_a_filter_finds_an_ended_change_too(call: Caller, ended: str, query: str) -> None:
    assert refs(call, query.format(ref=ended)) == [ended]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?state=closed", 0),
        ("?state=in_review", 1),
        ("?change_class=normal", 2),
        ("?q=retrain", 2),
        ("?q=x", 0),
    ],
)
def test_list_with_a_filter_holds_what_matches_alone(
    call: Caller, ended: str, query: str, count: int
) -> None:
    assert len(refs(call, query)) == count


def test_draft_read_and_written_back_is_the_same(call: Caller, estate: Estate) -> None:
    change = draft(estate)
    notes = [
        NoteInput(estate.components["loans"].key, False, "It reads a copy."),
        NoteInput(estate.components["applications"].key, True, "It is read at night."),
    ]
    with at(NOW):
        save_impact(actor=estate.actor("amara"), change=change, notes=notes)
    item = fresh(change).items.get()
    item.from_version = None  # new there
    item.save()
    with at(NOW):
        before = content_of(fresh(change))
        read = call("amara", "get", f"changes/{change.ref}/").json()
        assert read["plan_steps"][1]["after"] == [1]
        assert len(read["impact_notes"]) == 2
        written = call("amara", "patch", f"changes/{change.ref}/", read)
        assert written.status_code == 200, written.content
        assert content_of(fresh(change)) == before
        assert written.json() == read


def test_empty_draft_read_and_written_back_is_taken(call: Caller) -> None:
    read = call("amara", "post", "changes/", {"title": "A"}).json()
    written = call("amara", "patch", f"changes/{read['ref']}/", read)
    assert written.status_code == 200, written.content
    assert written.json() == read


def test_change_being_revised_is_its_requesters_draft_and_others_last_revision(
    call: Caller, estate: Estate
) -> None:
    change = submitted(estate)
    before = call("tomasz", "get", f"changes/{change.ref}/").json()
    actor = estate.actor("amara")
    with at(NOW):
        revise_change(actor=actor, change=change)
        save_why(actor=actor, change=change, title="Half a thought", summary="", outcome="", complete=False)
        save_what(actor=actor, change=change, items=[], complete=False)
        mine = call("amara", "get", f"changes/{change.ref}/").json()
        theirs = call("tomasz", "get", f"changes/{change.ref}/").json()
    assert (mine["title"], mine["items"], mine["revision"], mine["digest"]) == (
        "Half a thought",
        [],
        None,
        None,
    )
    assert theirs == before | {"state": "draft", "waits_for": []}


@pytest.mark.parametrize(
    "body", [{"time_zone": "Nope"}, {"time_zone": "../etc/passwd"}, {"time_zone": "x" * 99}]
)
def test_time_zone_that_does_not_exist_is_refused_at_its_field(call: Caller, body: dict[str, str]) -> None:
    answer = call("amara", "post", "changes/", {"title": "A"} | body)
    assert answer.status_code == 422
    assert "There is no time zone" in answer.json()["errors"]["time_zone"][0]


@pytest.mark.parametrize(
    "path",
    [
        "changes/CHG-99999/", "changes/any-text/", "changes/CHG-99999/blockers/", "catalog/components/model:x/y/",
        "exports/EXP-99/", "cards/CARD-99/", "reviews/PIR-99/", "calendar/bookings/CHG-99999/conflicts/",
    ],
)  # fmt: skip
def test_read_of_what_never_was_leaves_nothing_in_the_ledger(call: Caller, path: str) -> None:
    assert call("amara", "get", path).status_code == 404
    assert not AuditEvent.objects.filter(event="access.denied").exists()


def test_read_of_anothers_draft_leaves_a_denial_on_the_draft(call: Caller, estate: Estate) -> None:
    change = draft(estate)
    assert call("tomasz", "get", f"changes/{change.ref}/").status_code == 404
    assert AuditEvent.objects.get(event="access.denied").object_id == change.ref


@pytest.mark.parametrize(
    ("name", "status"),
    [("amara", 201), ("priya", 201), ("leila", 201), ("ruth", 403), ("tomasz", 403), ("henrik", 403)],
)
def test_version_is_added_by_those_who_may_register_alone(
    call: Caller, estate: Estate, name: str, status: int
) -> None:
    key = estate.components["credit-risk"].key
    answer = call(name, "post", f"catalog/components/{key}/versions/", {"version": "3"})
    assert answer.status_code == status, answer.content
    assert estate.components["credit-risk"].versions.filter(version="3").exists() == (status == 201)
    assert AuditEvent.objects.filter(event="access.denied").exists() == (status == 403)


def test_detail_says_whose_signature_it_waits_for_and_what_happens_if_nobody_decides(
    call: Caller, estate: Estate
) -> None:
    change = submitted(estate)
    with at(NOW):
        waits = call("ruth", "get", f"changes/{change.ref}/").json()["waits_for"]
    assert [(one["role"], one["component_key"], one["people"]) for one in waits] == [
        ("sponsor", "", ["henrik"]),
        ("validator", "model:default/credit-risk", ["tomasz"]),
        ("owner", "service:default/loan-decision", ["priya"]),
    ]
    for one in waits:
        steps = one["next"]
        assert [step["step"] for step in steps] == ["remind", "due", "managers", "expire"]
        assert [step["at"] for step in steps] == sorted(step["at"] for step in steps)
        assert one["due_at"] == steps[1]["at"]
    sign_all(estate, change)
    with at(NOW):
        assert call("ruth", "get", f"changes/{change.ref}/").json()["waits_for"] == []
        assert call("amara", "get", f"changes/{draft(estate).ref}/").json()["waits_for"] == []


def test_title_with_line_breaks_is_kept_as_one_line(call: Caller) -> None:
    made = call("amara", "post", "changes/", {"title": " x\r\nBEGIN:VEVENT\u2028y "})
    assert made.json()["title"] == "x BEGIN:VEVENT y"
