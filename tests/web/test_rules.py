"""The pages of the rules: what they show, the draft that is written rule by rule, and waivers."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.approvals.models import Round
from apps.core import actors, clock
from apps.gates.models import Rehearsal
from apps.gates.services import rehearse
from apps.policy.enums import SetState
from apps.policy.models import PolicySet, RuleWaiver
from apps.policy.selectors import rules_in_force
from apps.policy.services import publish_set, write_draft
from tests.changes.estate import NOW, Estate, at, submitted
from tests.people import add_person

pytestmark = pytest.mark.django_db
RULE = "urgent-window-short"


def signed_in(estate: Estate, name: str) -> Client:
    client = Client()
    client.force_login(estate.people.get(name) or add_person(name))
    return client


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


@pytest.fixture
def leila(estate: Estate) -> Client:
    """A Change Manager with a draft in hand."""
    client = signed_in(estate, "leila")
    client.post("/rules/draft/", {"reason": "PIR-0961"})
    return client


def held() -> PolicySet:
    return PolicySet.objects.get(state=SetState.DRAFT)


def place_of(name: str) -> int:
    return 1 + next(i for i, one in enumerate(held().document["rules"]) if one["id"] == name)


def sent(name: str = RULE, step: str = "save", **more: str) -> dict[str, Any]:
    """Return what the editor of a rule sends, as its page was filled in."""
    rule = held().document["rules"][place_of(name) - 1]
    rows = {
        f"examples-{i}-{part}": value
        for i, one in enumerate(rule["examples"])
        for part, value in {
            **one,
            "facts": "\n".join(f"{fact}: {value}" for fact, value in one["facts"].items()),
        }.items()
    }
    count = len(rule["examples"])
    management = {"examples-TOTAL_FORMS": count + 2, "examples-INITIAL_FORMS": count}
    words = {name: value for name, value in rule.items() if name != "examples"}
    return {**words, **rows, **management, "seen": held().digest, "step": step, **more}


def test_rules_are_listed_by_stage_and_one_shows_what_it_says_and_looks_at(estate: Estate) -> None:
    change = submitted(estate)
    client = signed_in(estate, "amara")
    listed = page(client, "/rules/")
    assert "An urgent change has a short window" in listed
    assert "Begin a draft" not in listed
    shown = page(client, f"/rules/{RULE}/?change={change.ref}")
    assert "An urgent change takes 8 hours at most." in shown
    assert re.search(r"change\.window_hours.*2\.5", shown, re.DOTALL)
    assert shown.count("As it should") == 2
    page(client, "/rules/no-such-rule/", 404)
    page(client, f"/rules/{RULE}/?change=CHG-999999", 404)
    page(client, "/rules/versions/1/")
    page(client, "/rules/versions/9/", 404)
    for path in ("/rules/", f"/rules/{RULE}/", "/rules/versions/1/", "/rules/waivers/"):
        page(signed_in(estate, f"guest{len(path)}"), path, 403)


def test_draft_is_for_change_managers_alone(estate: Estate, leila: Client) -> None:
    client = signed_in(estate, "amara")
    for path in ("/rules/draft/", "/rules/draft/1/", "/rules/draft/add/", "/rules/draft/decided/"):
        page(client, path, 403)
        assert client.post(path, {"step": "withdraw"}).status_code == 403
    assert held()


def test_rule_with_an_error_says_where_and_check_again_keeps_nothing(leila: Client) -> None:
    before, at = held().digest, f"/rules/draft/{place_of(RULE)}/"
    begun = page(leila, "/rules/draft/")
    assert "Nothing is different from version 1 yet." in begun
    assert "must be mended" not in begun
    answer = leila.post(
        at, sent(step="check", expression="change.class == 'x' &&\n  change.windw_hours <= 4.0")
    )
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Line 2, column 3: There is no fact called “change.windw_hours”." in shown
    assert '<li class="at" aria-hidden="true">  ^</li>' in shown
    assert held().digest == before
    answer = leila.post(at, sent(step="check", expression="change.window_hours <= 1.0"))
    assert answer.status_code == 200
    assert "Not met" in answer.content.decode()
    assert held().digest == before


def test_rule_is_kept_with_its_error_and_the_draft_is_not_asked_about_until_it_is_mended(
    leila: Client,
) -> None:
    at = f"/rules/draft/{place_of(RULE)}/"
    assert leila.post(at, sent(expression="change.window_hours <=")).status_code == 302
    assert "must be mended" in page(leila, at)
    assert "Must be mended" in page(leila, "/rules/draft/")
    asked = leila.post("/rules/draft/", {"step": "ask", "seen": held().digest})
    assert asked.status_code == 400
    assert "cannot be read yet" in page(leila, "/rules/draft/decided/")
    assert leila.post("/rules/draft/decided/", {"seen": held().digest}).status_code == 409
    page(leila, f"/rules/versions/{held().number}/")
    assert leila.post(at, sent(expression="change.window_hours <= 4.0")).status_code == 302
    assert leila.post("/rules/draft/", {"step": "ask", "seen": held().digest}).status_code == 302
    round_ = Round.objects.get(subject_type="rules")
    assert (round_.digest, rules_in_force()[0]) == (held().digest, 1)


def say(estate: Estate, expression: str) -> PolicySet:
    """Have the draft in hand say one thing alone."""
    one = {**held().document["rules"][0], "id": "short-enough", "stage": "submission", "effect": "require"}
    said = {**one, "when": "", "message": "Too long.", "expression": expression, "examples": []}
    return write_draft(
        actor=estate.actor("leila"), policy_set=held(), document={**held().document, "rules": [said]},
        reason="Why", seen=held().digest,
    )  # fmt: skip


def test_dry_run_is_asked_for_shown_as_it_goes_and_lists_who_it_would_have_stopped(
    estate: Estate, leila: Client
) -> None:
    change = submitted(estate)
    said = say(estate, "change.window_hours <= 3.0")
    publish_set(actor=estate.actor("leila"), policy_set=said, approved=said.digest)
    leila.post("/rules/draft/", {"reason": "PIR-0962"})
    say(estate, "change.window_hours <= 2.0")
    assert leila.post("/rules/draft/decided/", {"seen": "0"}).status_code == 409
    with at(NOW + timedelta(days=1)):
        for _ in range(2):
            leila.post("/rules/draft/decided/", {"seen": held().digest})
        run = Rehearsal.objects.get()
        place = f"/rules/dry-runs/{run.pk}/"
        for path in (place, f"{place}progress/"):
            assert "0 of 1 changes" in page(leila, path)
            page(signed_in(estate, f"guest{len(path)}"), path, 403)
        assert '<noscript><meta http-equiv="refresh"' in page(leila, place)
        rehearse(actor=actors.system("rules"), rehearsal_id=run.pk)
    assert leila.get(f"{place}progress/").headers["HX-Refresh"] == "true"
    for query in ("", "?way=stopped", "?rule=short-enough", "?way=x&rule=%00&page=9"):
        assert change.ref in page(signed_in(estate, "amara"), place + query), query
    assert change.ref not in page(leila, f"{place}?way=freed")
    assert "Of 1 changes, 1 newly stopped" in page(leila, "/rules/draft/decided/")
    assert run.ref in page(leila, f"/rules/versions/{held().number}/")
    page(leila, "/rules/dry-runs/999999/", 404)


def test_rule_lists_the_open_changes_that_it_stops_now(estate: Estate, leila: Client) -> None:
    with at(NOW - timedelta(hours=1)):
        said = say(estate, "change.window_hours <= 2.0")
        publish_set(actor=estate.actor("leila"), policy_set=said, approved=said.digest)
    change = submitted(estate)
    shown = page(signed_in(estate, "amara"), "/rules/short-enough/")
    now = shown[shown.index("What it stops now") : shown.index("Waivers that count now")]
    assert change.ref in now
    assert "Not met. Too long." in now


def test_approver_of_a_draft_sees_what_is_different(estate: Estate, leila: Client) -> None:
    leila.post(f"/rules/draft/{place_of(RULE)}/", sent(expression="change.window_hours <= 4.0"))
    leila.post("/rules/draft/", {"step": "ask", "seen": held().digest})
    asked = Round.objects.get(subject_type="rules").requirements.get()
    signer, place = signed_in(estate, "henrik"), f"/rules/versions/{held().number}/"
    for shown in (page(signer, f"/inbox/{asked.pk}/"), page(signer, place)):
        assert "What is different from version 1" in shown
        assert 'data-l="After"' in shown
        assert "change.window_hours &lt;= 4.0</td>" in shown, "the part that moved, and no more"
    assert "Open these rules" in page(signer, f"/inbox/{asked.pk}/")
    assert "Nobody has tried it on the changes of the last year." in page(
        signer, f"/approvals/{asked.pk}/sign/"
    )
    for where in ("/rules/", place):
        assert "Out for approval" in page(leila, where)
    assert "Review and sign" in page(signer, place)


def test_rule_is_added_moved_and_taken_away_and_a_draft_seen_before_is_stale(leila: Client) -> None:
    more = {"id": "weekends-free", "title": "Nothing goes out on a weekend", "expression": "!change.weekend"}
    count = len(held().document["rules"])
    stale = held().digest
    assert leila.post("/rules/draft/add/", sent(**more)).status_code == 302
    assert place_of("weekends-free") == count + 1
    for step, seen, status in (("up", stale, 409), ("up", None, 302), ("remove", None, 302)):
        number = place_of("weekends-free")
        sent_now = {"step": step, "rule": number, "seen": seen or held().digest}
        assert leila.post("/rules/draft/", sent_now).status_code == status
    assert len(held().document["rules"]) == count
    assert (
        leila.post("/rules/draft/", {"step": "up", "rule": "9" * 30, "seen": held().digest}).status_code
        == 409
    )
    doubled = leila.post("/rules/draft/add/", sent(step="check"))
    assert "Another rule is called" in doubled.content.decode()


@pytest.mark.parametrize(
    "more",
    [
        {"expression": "x" * 2001},
        {"title": "a\x00b"},
        {"effect": "explode"},
        {"examples-0-facts": "change.tier"},
        {"examples-0-facts": "change.tier: 1e999"},
        {"examples-0-facts": 'change.class: "\\u0000"'},
        {"examples-0-facts": "change.tier: " + "[" * 5000},
        {"examples-TOTAL_FORMS": "999"},
        {"examples-TOTAL_FORMS": "x"},
    ],
)
def test_rule_that_cannot_be_written_is_refused_at_its_field_and_keeps_nothing_worse(
    leila: Client, more: dict[str, str]
) -> None:
    before = held().document
    answer = leila.post(f"/rules/draft/{place_of(RULE)}/", sent(**more))
    assert answer.status_code in (302, 422)
    if answer.status_code == 302:
        assert "must be mended" in page(leila, f"/rules/draft/{place_of(RULE)}/")
    else:
        assert held().document == before


def test_set_is_written_with_its_bands_and_a_draft_is_given_up(leila: Client) -> None:
    values = {
        "title": "Ours",
        "reason": "Why",
        "moderate": 10,
        "high": 20,
        "severe": 30,
        "failures": 1,
        "changes": 9,
    }
    assert leila.post("/rules/draft/", {**values, "step": "set", "seen": held().digest}).status_code == 302
    assert (held().document["title"], held().document["bands"]["severe"]) == ("Ours", 30.0)
    wrong = leila.post("/rules/draft/", {**values, "severe": "NaN", "step": "set", "seen": held().digest})
    assert wrong.status_code == 422
    assert leila.post("/rules/draft/", {"step": "withdraw", "seen": held().digest}).status_code == 302
    assert not PolicySet.objects.filter(state=SetState.DRAFT).exists()


def test_waiver_is_asked_for_shown_signed_by_others_and_taken_back(estate: Estate) -> None:
    client = signed_in(estate, "amara")
    key = estate.components["credit-risk"].key
    given = {
        "rule": RULE,
        "scope": key,
        "until": (clock.now() + timedelta(days=5)).strftime("%Y-%m-%dT%H:%M"),
        "reason": "The supplier needs a day.",
        "compensating": "Two people on call.",
    }
    page(client, f"/rules/waivers/new/?rule={RULE}&scope={key}")
    for name, bad in (
        ("until", "soon"),
        ("until", "2020-01-01T00:00"),
        ("scope", "CHG-999999"),
        ("rule", "x"),
    ):
        answer = client.post("/rules/waivers/new/", {**given, name: bad})
        assert answer.status_code == 422, (name, bad)
    assert not RuleWaiver.objects.exists()
    assert client.post("/rules/waivers/new/", given).status_code == 302
    assert "is asked for already" in client.post("/rules/waivers/new/", given).content.decode()
    waiver = RuleWaiver.objects.get()
    asked = Round.objects.get(subject_type="rule_waiver").requirements.get()
    assert asked.role == Role.SPONSOR
    shown = page(signed_in(estate, "henrik"), f"/inbox/{asked.pk}/")
    assert "What your signature allows" in shown
    assert "Two people on call." in shown
    at = f"/rules/waivers/{waiver.number}/"
    assert "Out to be signed" in page(client, at)
    assert signed_in(estate, "tomasz").post(at).status_code == 403
    assert client.post(at).status_code == 302
    assert "Taken back" in page(client, at)
    page(client, "/rules/waivers/9/", 404)
    page(client, "/rules/waivers/")


def test_pages_cost_as_many_queries_for_many_waivers_as_for_one(estate: Estate) -> None:
    client = signed_in(estate, "leila")

    def waive(number: int) -> None:
        RuleWaiver.objects.create(
            number=number, rule=RULE, scope=f"CHG-{number}", reason="x", compensating="y",
            content={"title": "x", "says": "0" * 64},
            until=clock.now() + timedelta(days=1), digest="0" * 64, asked_by=estate.people["amara"],
            asked_at=clock.now(), granted_at=clock.now(),
        )  # fmt: skip

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client, path)
        return len(queries)

    waive(1)
    paths = ("/rules/", f"/rules/{RULE}/", "/rules/waivers/")
    [cost(path) for path in paths]
    one = [cost(path) for path in paths]
    for number in range(2, 5):
        waive(number)
    assert [cost(path) for path in paths] == one
