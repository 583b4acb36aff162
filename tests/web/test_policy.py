"""The pages of the approval policy: what is in force, why a change asked whom, and what a version would change."""

import copy
import json
from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant
from apps.approvals.models import PolicyVersion, Requirement
from apps.approvals.rules import FIRST_POLICY
from apps.approvals.rules import policy as policy_rules
from apps.approvals.rules.policy import rules_of, with_people
from apps.approvals.selectors import policy_in_force
from apps.approvals.services import propose_policy
from apps.audit.models import AuditEvent
from apps.changes.services import submit_change
from apps.web.policy_examples import examples
from tests import drills
from tests.approvals.test_policy import with_two_validators
from tests.changes.estate import NOW, Estate, at, sign_all, submitted
from tests.people import add_person, sign
from tests.web.reading import Enter, queries_of, text_of


def in_force(estate: Estate, document: Any) -> PolicyVersion:
    """Put a version in force: proposed by Leila, approved by Henrik."""
    version = propose_policy(actor=estate.actor("leila"), document=document, reason="Two pairs of eyes.")
    asked = Requirement.objects.get(round=version.round_id)
    sign(actor=estate.actor("henrik"), requirement=asked, digest=version.digest, decision="approve")
    return policy_in_force()


def test_page_shows_the_rules_in_force_and_every_version(estate: Estate, enter: Enter) -> None:
    page = text_of(enter("ruth").get("/policy/"))
    assert "Version 1 is in force" in page
    assert "Each dataset that moves or that is reached" in page
    assert "Once for every change" in page
    assert "Propose a version" not in page
    in_force(estate, with_two_validators())
    page = text_of(enter("leila").get("/policy/"))
    assert "Version 2 is in force" in page
    assert "2 people" in page
    assert "Superseded" in page
    assert "Propose a version" in page


def test_page_says_how_signatures_are_given_and_a_version_what_is_different(
    estate: Estate, enter: Enter
) -> None:
    assert (
        "Each signature asks for proof of who signs. Change Managers see when one took less than 20 seconds"
        in text_of(enter("ruth").get("/policy/"))
    )
    in_force(estate, FIRST_POLICY | {"signing": {"fresh_minutes": 10, "least_seconds": 0}})
    says = "may sign for 10 minutes without proving it again"
    for page in ("/policy/", "/policy/POLICY-2/"):
        assert says in text_of(enter("ruth").get(page))
    assert '<span class="id">signing</span>' in text_of(enter("ruth").get("/policy/POLICY-2/"))
    look = {"reason": "Ask each time.", "step": "look"}
    look["document"] = json.dumps(FIRST_POLICY | {"break_glass": {"people": ["leila"], "hours": 1}})
    page = text_of(enter("leila").post("/policy/new/", look))
    for part in ("signing", "break_glass"):
        assert f'<span class="id">{part}</span>' in page


def test_change_page_leads_to_which_rule_asked_for_which_signature(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    assert (change.round.policy_version, change.round.policy_digest) == (1, policy_in_force().digest)
    with at(NOW):
        page = text_of(enter("ruth").get(f"/changes/{change.ref}/"))
        assert "Asked under version 1 of the approval policy" in page
        assert f"/changes/{change.ref}/asked/" in page
        page = text_of(enter("ruth").get(f"/changes/{change.ref}/asked/"))
    assert "/policy/POLICY-1/rules/model-validator/" in page
    assert "credit-risk moves." in page
    assert "Tomasz Wojcik" in page
    assert "Rules that asked for nothing here" in page
    assert "dataset-steward" in page


def test_signature_leads_to_its_rule_and_the_rule_to_its_signatures(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    asked = Requirement.objects.get(round=change.round, role=Role.VALIDATOR)
    place = f"/changes/{change.ref}/asked/#asked-{asked.pk}"
    with at(NOW):
        for page in (f"/inbox/{asked.pk}/", f"/approvals/{asked.pk}/sign/"):
            assert place in text_of(enter("tomasz").get(page))
        page = text_of(enter("ruth").get(f"/changes/{change.ref}/asked/"))
        assert f'id="asked-{asked.pk}"' in page
        assert f"/inbox/{asked.pk}/" in page
        page = text_of(enter("ruth").get("/policy/POLICY-1/rules/model-validator/"))
        assert place in page
        assert f"/changes/{change.ref}/" in page
        rehearsed = submit_change(actor=estate.actor("amara"), change=drills.rehearsal(estate))
        assert Requirement.objects.filter(round__subject_ref=rehearsed.ref, role=Role.VALIDATOR).exists()
        assert "Asked 1 time, 1 open" in text_of(enter("ruth").get("/policy/"))
        assert "It has asked for nothing yet" in text_of(
            enter("ruth").get("/policy/POLICY-1/rules/contract-steward/")
        )
    assert enter("ruth").get("/policy/POLICY-1/rules/no-such-rule/").status_code == 404
    RoleGrant.objects.filter(user=estate.people["ruth"]).delete()
    assert enter("ruth").get("/policy/POLICY-1/rules/model-validator/").status_code == 404


def test_silent_rule_says_whether_class_risk_or_what_is_touched_kept_it_so(
    estate: Estate, enter: Enter
) -> None:
    document = copy.deepcopy(FIRST_POLICY)
    document["rules"] += [
        document["rules"][3] | {"id": "urgent-check", "classes": ["urgent"]},
        document["rules"][3] | {"id": "severe-check", "risks": ["severe"]},
    ]
    in_force(estate, document)
    change = submitted(estate)
    with at(NOW):
        page = text_of(enter("ruth").get(f"/changes/{change.ref}/asked/"))
    assert "It speaks about urgent changes, and this one is normal." in page
    assert "It speaks about severe risk, and this is" in page
    assert "Nothing that the change touches fits it" in page


def test_signing_page_says_what_an_abstention_does(estate: Estate, enter: Enter) -> None:
    with at(NOW):
        second = add_person("second", Role.VALIDATOR, name="Second Pair")
    change = submitted(estate)
    asked = Requirement.objects.get(round=change.round, role=Role.VALIDATOR)
    with at(NOW):
        page = text_of(enter("tomasz").get(f"/approvals/{asked.pk}/sign/"))
        assert "It counts neither way. 1 other can still sign as Model Validator." in page
        RoleGrant.objects.filter(user=second).delete()
        page = text_of(enter("tomasz").get(f"/approvals/{asked.pk}/sign/"))
    assert "Too few are left to sign, so" in page


def test_signing_page_says_who_signs_after_in_a_quorum_and_in_a_later_stage(
    estate: Estate, enter: Enter
) -> None:
    with at(NOW):
        estate.people["second"] = add_person("second", Role.VALIDATOR, name="Second Pair")
    document = with_two_validators()
    for place in (0, 4):
        document["rules"][place]["stage"] = 2
    in_force(estate, document)
    change = submitted(estate, names=("credit-risk",))
    asked = Requirement.objects.get(round=change.round, role=Role.VALIDATOR)
    with at(NOW):
        page = text_of(enter("tomasz").get(f"/approvals/{asked.pk}/sign/"))
        assert "1 more must sign as Model Validator" in page
        sign(actor=estate.actor("tomasz"), requirement=asked, digest=change.round.digest, decision="approve")
        page = text_of(enter("second").get(f"/approvals/{asked.pk}/sign/"))
    assert "in stage 2" in page


def test_change_stays_under_the_version_it_was_submitted_under(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    in_force(estate, with_two_validators())
    asked = Requirement.objects.get(round=change.round, role=Role.VALIDATOR)
    assert asked.quorum == 1
    with at(NOW):
        page = text_of(enter("ruth").get(f"/changes/{change.ref}/asked/"))
    assert "Version 2 is in force now" in page
    assert "stays under version 1" in page
    sign_all(estate, change)
    assert "Signed by Tomasz Wojcik" in text_of(enter("ruth").get(f"/changes/{change.ref}/asked/"))


def test_change_submitted_later_is_asked_under_the_new_version(estate: Estate, enter: Enter) -> None:
    with at(NOW):
        second = add_person("second", Role.VALIDATOR, name="Second Pair")
    in_force(estate, with_two_validators())
    change = submitted(estate)
    asked = Requirement.objects.get(round=change.round, role=Role.VALIDATOR)
    assert (asked.quorum, asked.rule, change.round.policy_version) == (2, "model-validator", 2)
    entry = json.loads(bytes(AuditEvent.objects.get(event="approval.asked", object_id=change.ref).entry))
    assert entry["data"]["policy"] == 2
    assert entry["data"]["policy_digest"] == policy_in_force().digest
    with at(NOW):
        page = text_of(enter("ruth").get(f"/changes/{change.ref}/asked/"))
    assert str(second) in page
    assert "2 signatures" in page


def test_version_out_for_approval_says_what_it_would_change_for_open_changes(
    estate: Estate, enter: Enter
) -> None:
    change = submitted(estate)
    add_person("second", Role.VALIDATOR, name="Second Pair")
    document = with_two_validators()
    del document["rules"][4]
    document["rules"].append(
        {
            "id": "tier-two-steward", "role": "steward", "asks": "once", "tiers": [2], "why": "It is critical.",
            "question": "May {} go on?", "quorum": {"people": ["meilin"]}, "stage": 2,
        }
    )  # fmt: skip
    made = propose_policy(actor=estate.actor("leila"), document=document, reason="Two pairs of eyes.")
    page = text_of(enter("henrik").get(f"/policy/{made.ref}/"))
    assert "1 of 1 would be asked otherwise" in page
    assert change.ref in page
    assert "Mei-Lin Zhao" in page
    assert "2 signatures" in page
    assert "Service Owner for loan-decision" in page
    assert "Mei-Lin Zhao, and nobody else" in page
    assert "Taken away" in page
    assert "Review and sign" in page
    assert Requirement.objects.filter(round=change.round).count() == 3  # looking asks nobody


def test_approver_of_a_version_sees_what_is_different_and_what_it_would_ask(
    estate: Estate, enter: Enter
) -> None:
    with at(NOW):
        submitted(estate)
        made = propose_policy(
            actor=estate.actor("leila"), document=with_two_validators(), reason="Two look closer."
        )
        asked = Requirement.objects.get(round=made.round_id)
        page = text_of(enter("henrik").get(f"/approvals/{asked.pk}/sign/"))
    assert "Two look closer." in page
    assert "What is different from version 1" in page
    assert "2 people" in page
    assert "1 of 1 would be asked otherwise" in page
    assert "2 times Model Validator for credit-risk (too few could sign)" in page
    assert "can propose another version" in page
    assert "Is the model sound enough to be used?" in text_of(enter("henrik").get(f"/policy/{made.ref}/"))


def test_proposal_is_looked_at_first_and_then_sent(estate: Estate, enter: Enter) -> None:
    submitted(estate)
    client = enter("leila")
    assert "dataset-steward" in text_of(client.get("/policy/new/"))
    values = {"document": json.dumps(with_two_validators()), "reason": "Two pairs of eyes."}
    page = text_of(client.post("/policy/new/", values | {"step": "look"}))
    assert "Too few could give it" in page
    assert not PolicyVersion.objects.exists()
    assert client.post("/policy/new/", values | {"step": "propose"}).status_code == 302
    assert PolicyVersion.objects.get().number == 2
    assert "Out for approval" in text_of(client.get("/policy/POLICY-2/"))
    assert client.post("/policy/POLICY-2/withdraw/").status_code == 302
    assert PolicyVersion.objects.get().state == "withdrawn"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "Line 1, column 2: this is not JSON"),
        ("1e999", "cannot be recorded exactly"),
        ("[" * 100_000, "Ensure this value has at most"),
        ("[" * 50_000, "nests more than"),
        ("{}", "Write an object"),
        ('{"v": 1,\n"rules": [\n{"id": "a"}]}', "Line 3, rule 1, quorum: Say how many must sign"),
        (
            '{"v": 1, "rules": [{"quorum": {"people": ["nobody.here"]}}]}',
            "Nobody active has the user name nobody.here",
        ),
    ],
)
@pytest.mark.parametrize("step", ["look", "propose"])
def test_rules_that_are_wrong_say_so_at_the_line(enter: Enter, text: str, words: str, step: str) -> None:
    page = text_of(
        enter("leila").post("/policy/new/", {"document": text, "reason": "So.", "step": step}), 422
    )
    assert words in page
    assert not PolicyVersion.objects.exists()


def test_those_who_may_not_are_refused_and_it_is_written_down(estate: Estate, enter: Enter) -> None:
    propose_policy(actor=estate.actor("leila"), document=with_two_validators(), reason="Because.")
    assert enter("henrik").get("/policy/new/").status_code == 403
    assert enter("henrik").post("/policy/POLICY-2/withdraw/").status_code == 403
    RoleGrant.objects.filter(user=estate.people["ruth"]).delete()
    assert enter("ruth").get("/policy/").status_code == 403
    assert enter("ruth").get("/policy/POLICY-2/").status_code == 404
    assert enter("ruth").get("/policy/POLICY-9/").status_code == 404
    change = submitted(estate)
    assert enter("ruth").get(f"/changes/{change.ref}/asked/").status_code == 404
    assert AuditEvent.objects.filter(event="access.denied").count() == 5


def test_pages_cost_the_same_for_one_change_and_three(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    made = propose_policy(actor=estate.actor("leila"), document=with_two_validators(), reason="Because.")
    client = enter("leila")
    urls = ["/policy/", f"/policy/{made.ref}/", f"/changes/{change.ref}/asked/"]
    urls.append("/policy/POLICY-1/rules/sponsor/")
    one = [queries_of(client, url) for url in urls]
    submitted(estate, names=("loan-decision",), start="2026-12-01T06:00", end="2026-12-01T07:00")
    submitted(estate, names=("applications",), start="2026-12-02T06:00", end="2026-12-02T07:00")
    assert [queries_of(client, url) for url in urls] == one == [7, 21, 14, 8]


# What is said beside the rules


def test_examples_of_each_part_hold_every_key_and_are_taken_by_the_rule_that_reads_them() -> None:
    parts = {name: json.loads(text) for name, text in examples()}
    rule = parts.pop("A rule")
    assert rule.keys() == policy_rules._FIELDS
    assert parts.keys() == policy_rules._MORE
    assert parts["break_glass"].keys() == {"roles", "people", "hours"}
    document = with_people({**FIRST_POLICY, **parts}, {"user.name": "person:7"})
    document["rules"] = [rule, *FIRST_POLICY["rules"]]
    assert rules_of(document)[0].id == rule["id"]


def test_pages_of_the_policy_head_each_of_its_parts(estate: Estate, enter: Enter) -> None:
    page = enter("leila").get("/policy/").content.decode()
    for head in ("Time to sign", "In an emergency", "Proof of who signs"):
        assert f">{head}</h3>" in page
    assert "One of these may let an urgent change go ahead before everyone has signed" in page
    assert "break_glass" in text_of(enter("leila").get("/policy/new/"))
    assert "&quot;hours&quot;: 48" in enter("leila").get("/policy/new/").content.decode()
