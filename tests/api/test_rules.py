"""The rules over REST: versions, the draft of the next one, its problems at their place, and waivers."""

import copy
from datetime import timedelta
from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant
from apps.approvals.models import Round
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.actors import person
from apps.policy.enums import SetState
from apps.policy.models import PolicySet, RuleWaiver
from apps.policy.rules import CHECK, FACTS, document_of, starter_set
from apps.policy.selectors import rules_in_force
from tests.api.conftest import Caller
from tests.api.test_queries import queries_of
from tests.changes.estate import Estate
from tests.people import add_person, sign

pytestmark = pytest.mark.django_db
RULE = "urgent-window-short"


@pytest.fixture
def draft(call: Caller) -> dict[str, Any]:
    """A draft in the hand of Leila, a Change Manager."""
    answer = call("leila", "post", "rules/draft/", {"reason": "PIR-0961"})
    assert answer.status_code == 201, answer.content
    read: dict[str, Any] = answer.json()
    return read


def edited(document: dict[str, Any], **parts: Any) -> tuple[dict[str, Any], str]:
    """Return the document with other parts of one rule, and the place of the rule."""
    found = copy.deepcopy(document)
    at = next(index for index, one in enumerate(found["rules"]) if one["id"] == RULE)
    found["rules"][at] |= parts
    return found, f"rules[{at}]"


def waiver(**parts: Any) -> dict[str, Any]:
    return {
        "rule": RULE,
        "scope": "model:default/credit-risk",
        "reason": "The supplier needs a day.",
        "compensating": "Two people on call.",
        "until": (clock.now() + timedelta(days=5)).isoformat(),
    } | parts


def test_rules_in_force_are_read_with_text_message_remedy_and_examples(call: Caller) -> None:
    answer = call("ruth", "get", "rules/in-force/").json()
    assert (answer["ref"], answer["state"], answer["author"]) == ("RULES-1", "in_force", None)
    assert answer["document"] == document_of(starter_set())
    assert (answer["problems"], answer["asked"]) == ([], [])
    for ref in ("RULES-9", "RULES-", "1", "rules-1", "RULES-1234567", "RULES-²"):
        assert call("ruth", "get", f"rules/{ref}/").status_code == 404


def test_facts_are_those_that_rules_may_look_at(call: Caller) -> None:
    answer = call("ruth", "get", "rules/facts/").json()
    assert [one["name"] for one in answer["facts"]] == [*FACTS]
    assert [one["name"] for one in answer["check_fields"]] == [*CHECK]
    hours = next(one for one in answer["facts"] if one["name"] == "change.notice_hours")
    assert (hours["type"], hours["unit"], hours["known_from"]) == ("double", "hours", "submission")


def test_rules_drafts_and_waivers_are_not_shown_to_those_without_a_role(
    call: Caller, draft: dict[str, Any], estate: Estate
) -> None:
    made = call("amara", "post", "rules/waivers/", waiver()).json()
    RoleGrant.objects.filter(user=estate.people["ruth"]).delete()
    assert call("ruth", "get", "rules/").json() == []
    assert call("ruth", "get", "rules/waivers/").json()["results"] == []
    for ref in ("in-force", draft["ref"], "draft", f"waivers/{made['ref']}"):
        assert call("ruth", "get", f"rules/{ref}/").status_code == 404
    denied = AuditEvent.objects.filter(event="access.denied").values_list("object_id", flat=True)
    assert {draft["ref"], made["ref"]} <= set(denied)


@pytest.mark.parametrize("who", ["amara", "henrik", "ruth", "team-manager", "no-scope"])
def test_who_may_not_write_rules_is_refused_before_the_body_is_read(
    call: Caller, draft: dict[str, Any], estate: Estate, who: str
) -> None:
    team = estate.components["credit-risk"].owner_team
    estate.people["team-manager"] = add_person("team-manager", Role.CHANGE_MANAGER, team=team)
    name, scopes = ("leila", ("read", "approvals", "changes")) if who == "no-scope" else (who, ())
    for verb, path in (
        ("post", "rules/draft/"),
        ("patch", "rules/draft/"),
        ("post", "rules/draft/check/"),
        ("post", "rules/draft/approval/"),
        ("post", "rules/draft/withdraw/"),
    ):
        answer = call(name, verb, path, {"digest": 7, "document": []}, scopes=scopes)
        assert (answer.status_code, path) == (403, path)
    assert PolicySet.objects.get().digest == draft["digest"]
    if who in ("ruth", "no-scope"):
        assert call(name, "post", "rules/waivers/", {"until": []}, scopes=scopes).status_code == 403


def test_draft_is_kept_with_its_problems_at_their_line_and_column_and_not_approved_with_them(
    call: Caller, draft: dict[str, Any]
) -> None:
    wrong, place = edited(draft["document"], expression="change.tier == 1 &&\n  change.windw_hours <= 4.0")
    problem = {
        "place": f"{place}.expression",
        "message": "There is no fact called “change.windw_hours”. Did you mean “change.window_hours”?",
        "line": 2,
        "column": 3,
    }
    assert call("leila", "post", "rules/draft/check/", {"document": wrong}).json() == {"problems": [problem]}
    assert call("leila", "get", "rules/draft/").json()["digest"] == draft["digest"]
    written = call("leila", "patch", "rules/draft/", {"document": wrong, "digest": draft["digest"]}).json()
    assert (written["problems"], written["reason"]) == ([problem], "PIR-0961")
    refused = call("leila", "post", "rules/draft/approval/", {"digest": written["digest"]})
    assert refused.status_code == 422
    assert refused.json()["errors"] == {problem["place"]: [f"Line 2, column 3: {problem['message']}"]}
    late = call("leila", "patch", "rules/draft/", {"reason": "Mine", "digest": draft["digest"]})
    assert (late.status_code, late.json()["type"]) == (409, "urn:countersign:problem:stale")
    for path in ("rules/draft/approval/", "rules/draft/withdraw/"):
        assert call("leila", "post", path, {"digest": draft["digest"]}).status_code == 409
    assert not Round.objects.exists()


@pytest.mark.parametrize(
    ("document", "said"),
    [([], "dictionary"), ({"title": "x" * 1_000_001}, "1,000,000 bytes"), ({"bands": 2**60}, "exactly")],
)
def test_document_that_cannot_be_kept_is_refused_at_document_and_changes_nothing(
    call: Caller, draft: dict[str, Any], document: Any, said: str
) -> None:
    sent = {"document": document, "digest": draft["digest"]}
    for verb, path in (("patch", "rules/draft/"), ("post", "rules/draft/check/")):
        answer = call("leila", verb, path, sent)
        assert answer.status_code == 422
        assert said in answer.json()["errors"]["document"][0]
    assert PolicySet.objects.get().digest == draft["digest"]


def test_draft_that_another_signs_is_in_force_and_one_that_is_given_up_is_not(
    call: Caller, draft: dict[str, Any], estate: Estate
) -> None:
    stricter, _ = edited(draft["document"], expression="change.window_hours <= 4.0")
    written = call("leila", "patch", "rules/draft/", {"document": stricter, "digest": draft["digest"]}).json()
    digest = {"digest": written["digest"]}
    asked = call("leila", "post", "rules/draft/approval/", digest)
    assert asked.status_code == 201
    [row] = asked.json()["asked"]
    assert (row["role"], row["state"], row["can_sign"]) == ("sponsor", "open", ["henrik"])
    assert call("leila", "post", "rules/draft/approval/", digest).status_code == 409
    round_ = Round.objects.get()
    sign(
        actor=person(estate.people["henrik"]),
        requirement=round_.requirements.get(),
        digest=round_.digest,
        decision="approve",
    )
    assert rules_in_force()[0] == 2
    now = call("ruth", "get", "rules/in-force/").json()
    assert (now["document"], now["asked"][0]["approved_by"]) == (written["document"], ["henrik"])
    assert [one["ref"] for one in call("ruth", "get", "rules/").json()] == ["RULES-2", "RULES-1"]
    assert call("leila", "get", "rules/draft/").status_code == 404
    again = call("leila", "post", "rules/draft/", {"reason": "PIR-0962"}).json()
    given_up = call("leila", "post", "rules/draft/withdraw/", {"digest": again["digest"]}).json()
    assert (given_up["ref"], given_up["state"]) == ("RULES-3", SetState.WITHDRAWN)


@pytest.mark.parametrize(
    ("parts", "at"),
    [
        ({"rule": "no-such-rule"}, "rule"),
        ({"scope": "CHG-999999"}, "scope"),
        ({"reason": " "}, "reason"),
        ({"compensating": "x" * 2001}, "compensating"),
        ({"until": "2020-01-01T00:00:00Z"}, "until"),
        ({"until": "9999-12-31T23:59:59-23:59"}, "until"),
        ({"until": "soon"}, "until"),
    ],
)
def test_waiver_that_cannot_be_is_refused_at_its_field(call: Caller, parts: dict[str, Any], at: str) -> None:
    answer = call("amara", "post", "rules/waivers/", waiver(**parts))
    assert (answer.status_code, [*answer.json()["errors"]]) == (422, [at])
    assert not RuleWaiver.objects.exists()


def test_waiver_is_asked_for_shown_and_taken_back_by_whoever_asked(call: Caller) -> None:
    made = call("amara", "post", "rules/waivers/", waiver())
    assert made.status_code == 201
    read = made.json()
    assert (read["ref"], read["counts"], read["asked_by"]) == ("RWV-1", False, "amara")
    assert [(one["role"], one["can_sign"]) for one in read["asked"]] == [("sponsor", ["henrik"])]
    assert call("amara", "post", "rules/waivers/", waiver()).status_code == 409
    assert call("ruth", "get", "rules/waivers/RWV-1/").json() == read
    assert call("tomasz", "post", "rules/waivers/RWV-1/end/").status_code == 403
    for _ in range(2):
        ended = call("amara", "post", "rules/waivers/RWV-1/end/").json()
        assert (ended["ended_because"], ended["counts"]) == ("withdrawn", False)
    assert call("amara", "post", "rules/waivers/RWV-7/end/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_rules_and_waivers_however_many_take_the_same_queries(estate: Estate, number: int) -> None:
    amara, now = estate.people["amara"], clock.now()
    for one in range(number):
        RuleWaiver.objects.create(
            number=one + 1, rule=RULE, scope=f"CHG-{one}", reason="x", compensating="y", content={},
            until=now + timedelta(days=1), digest="0" * 64, asked_by=amara, asked_at=now, granted_at=now,
        )  # fmt: skip
        PolicySet.objects.create(
            number=one + 2, document={}, digest="0" * 64, reason="x", author=amara, state=SetState.WITHDRAWN
        )
    taken = {path: queries_of(estate, path) for path in ("rules/", "rules/waivers/", "rules/RULES-2/")}
    assert taken == {"rules/": 4, "rules/waivers/": 3, "rules/RULES-2/": 4}
