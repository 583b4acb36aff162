"""New versions of contracts that a change brings: compared, kept, and asked about."""

from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.selectors import policy_in_force
from apps.audit.models import AuditEvent
from apps.catalog.models import Contract
from apps.changes.models import Change, ProposedContract
from apps.changes.rules.contracts import BY_CONTRACT
from apps.changes.selectors import change_for, content_of, contracts_shown, impact_of, needs_for
from apps.changes.selectors.contracts import contract_facts
from apps.changes.services import (
    compare_contracts,
    drop_contract,
    propose_contract,
    refresh_change,
    revise_change,
    submit_change,
)
from apps.changes.services import contracts as proposing
from apps.core import actors, clock
from apps.core.actors import person
from apps.core.errors import Forbidden, IllegalTransition, Invalid
from apps.evidence.models import ContractComparison, ContractDifference
from apps.outbox.models import Notification
from tests.changes.contracts import (
    BREAKS,
    IN_FORCE,
    SAFE,
    a_contract,
    an_owner_of_the_job,
    pair,
    put_in_force,
    written,
)
from tests.changes.estate import NOW, Estate, at, draft, fresh, tie
from tests.people import sign

pytestmark = pytest.mark.django_db
SCORES = "api:default/scores"


def propose(estate: Estate, change: Change, document: Any = BREAKS, **more: Any) -> ProposedContract:
    content = document if isinstance(document, bytes) else written(document)
    with at(NOW):
        return propose_contract(
            actor=estate.actor("amara"), change=change, contract=SCORES, content=content, **more
        )


def submit(estate: Estate, change: Change) -> Change:
    with at(NOW):
        return submit_change(actor=estate.actor("amara"), change=change)


def told(user: User) -> list[str]:
    return list(
        Notification.objects.filter(user=user, rule="contract.changes").values_list("title", flat=True)
    )


@pytest.mark.parametrize(
    ("kind", "verdict", "level"),
    [
        ("odcs", "breaking", "breaking"),
        ("odcs", "non_breaking", "safe"),
        ("openapi", "breaking", "breaking"),
        ("dcs", "breaking", "breaking"),
    ],
)
def test_labelled_pair_that_is_proposed_comes_to_its_label(
    estate: Estate, shared_data: Path, kind: str, verdict: str, level: str
) -> None:
    old, new = pair(shared_data, kind, verdict)
    a_contract(estate, old)
    row = propose(estate, draft(estate), new)
    assert row.comparison is not None
    assert (row.comparison.level, row.comparison.kind) == (level, kind)
    kept = list(row.comparison.differences.all())
    assert len(kept) == row.comparison.total
    assert all(one.path and one.rule and one.sentence for one in kept)


def test_contract_that_breaks_asks_the_owner_of_each_consumer_and_says_why(estate: Estate) -> None:
    a_contract(estate)
    nadia = an_owner_of_the_job(estate)
    change = draft(estate)
    job = estate.components["nightly-report"].key
    before = {(need.role, need.component_key) for need in _needs(change)}
    assert (Role.OWNER, job) not in before
    propose(estate, change)
    need = next(one for one in _needs(change) if (one.role, one.component_key) == (Role.OWNER, job))
    assert need.reason.startswith("nightly-report relies on Scores, which this breaks. ")
    assert "score" in need.reason
    change = submit(estate, change)
    asked = change.round.requirements.get(role=Role.OWNER, component_key=job)
    assert (asked.reason, asked.rule) == (need.reason, BY_CONTRACT)
    row = next(one for one in change.revision.content["contracts"] if one["key"] == SCORES)
    assert (row["proposed"]["level"], row["proposed"]["consumers"]) == ("breaking", [job])
    assert told(nadia) == []
    assert contract_facts(change)["contracts.consumers_agreed"] is False
    with at(NOW):
        sign(actor=person(nadia), requirement=asked, digest=change.revision.digest, decision="approve")
    assert contract_facts(change) == {
        "contracts.breaking": row["proposed"]["breaking"],
        "contracts.risky": 0,
        "contracts.consumers_hit": 1,
        "contracts.consumers_agreed": True,
    }


def _needs(change: Change) -> list[Any]:
    found = Change.objects.get(pk=change.pk)
    return needs_for(found, impact_of(found), now=NOW, policy=policy_in_force())


def test_contract_that_breaks_nothing_tells_the_owners_once_and_asks_them_nothing(estate: Estate) -> None:
    a_contract(estate)
    nadia = an_owner_of_the_job(estate)
    change = draft(estate)
    row = propose(estate, change, SAFE)
    change = submit(estate, change)
    assert row.comparison is not None
    assert row.comparison.level == "safe"
    job = estate.components["nightly-report"].key
    assert not change.round.requirements.filter(component_key=job).exists()
    assert told(nadia) == [
        "CHG-1 brings a new version of Scores, which breaks nothing".replace("CHG-1", change.ref)
    ]
    assert told(change.requester) == []
    assert contract_facts(change)["contracts.consumers_hit"] == 0


def test_owner_whom_the_policy_asks_anyway_is_asked_once_and_told_of_the_contract(estate: Estate) -> None:
    contract = a_contract(estate)
    desk = estate.components["loan-decision"]
    desk.dependencies.update(contract=contract)
    change = draft(estate)
    propose(estate, change)
    asked = [one for one in _needs(change) if (one.role, one.component_key) == (Role.OWNER, desk.key)]
    assert len(asked) == 1
    assert asked[0].rule == "service-owner"
    assert "relies on Scores, which this breaks" in asked[0].reason


def test_change_without_a_new_version_keeps_the_digest_that_it_had(estate: Estate) -> None:
    a_contract(estate)
    change = draft(estate)
    before = content_of(change)
    assert "proposed" not in before["contracts"][0]
    row = propose(estate, change)
    assert content_of(fresh(change)) != before
    with at(NOW):
        drop_contract(actor=estate.actor("amara"), proposal=row)
        drop_contract(actor=estate.actor("amara"), proposal=row)
    assert content_of(fresh(change)) == before
    assert contract_facts(change)["contracts.breaking"] == 0
    events = AuditEvent.objects.filter(object_id=change.ref, event__startswith="change.contract")
    assert list(events.order_by("pk").values_list("event", flat=True)) == [
        "change.contract_proposed",
        "change.contract_dropped",
    ]


def test_same_file_again_changes_nothing_and_another_takes_its_place(estate: Estate) -> None:
    a_contract(estate)
    change = draft(estate)
    first = propose(estate, change)
    assert propose(estate, change) == first
    second = propose(estate, change, SAFE)
    assert [one.row for one in contracts_shown(change, 10)] == [second]
    assert ProposedContract.objects.count() == 2
    assert ContractComparison.objects.count() == 2
    events = AuditEvent.objects.filter(object_id=change.ref, event__startswith="change.contract")
    assert [
        one.removeprefix("change.contract_") for one in events.order_by("pk").values_list("event", flat=True)
    ] == [
        "proposed",
        "dropped",
        "proposed",
    ]


@pytest.mark.parametrize(
    ("contract", "content", "field"),
    [
        ("api:default/others", written(BREAKS), "contract"),
        (SCORES, written(IN_FORCE), "file"),
        (SCORES, b"", "file"),
        (SCORES, b"%PDF-1.7", "file"),
        (SCORES, b"openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths: {}", "file"),
        (SCORES, b"{" + b" " * (5 * 1024 * 1024) + b"}", "file"),
    ],
)
def test_contract_that_cannot_be_compared_is_refused_at_its_field(
    estate: Estate, contract: str, content: bytes, field: str
) -> None:
    a_contract(estate)
    change = draft(estate)
    entries = AuditEvent.objects.count()
    with pytest.raises(Invalid) as refusal:
        propose_contract(actor=estate.actor("amara"), change=change, contract=contract, content=content)
    assert list(refusal.value.fields) == [field]
    assert not ProposedContract.objects.exists()
    assert AuditEvent.objects.count() == entries


def test_contract_whose_text_the_catalog_does_not_hold_is_refused_with_what_to_do(estate: Estate) -> None:
    contract = a_contract(estate)
    contract.definition_digest = "ab" * 32
    contract.save()
    with pytest.raises(Invalid, match="import that again"):
        propose(estate, draft(estate))


def test_contract_is_proposed_by_the_requester_of_a_draft_alone(estate: Estate) -> None:
    a_contract(estate)
    change = draft(estate)
    with pytest.raises(Forbidden):
        propose_contract(actor=estate.actor("leila"), change=change, contract=SCORES, content=written(BREAKS))
    row = propose(estate, change)
    change = submit(estate, change)
    with pytest.raises(IllegalTransition):
        propose(estate, change, SAFE)
    with pytest.raises(IllegalTransition):
        drop_contract(actor=estate.actor("amara"), proposal=row)


def test_large_contract_waits_for_a_worker_and_keeps_the_change_from_going_out(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposing, "AT_ONCE", 10)
    a_contract(estate)
    change = draft(estate)
    row, broken = propose(estate, change), actors.system("contracts")
    assert row.is_waiting
    assert contract_facts(change) == {}
    with pytest.raises(Invalid) as refusal:
        submit(estate, change)
    assert "still being compared" in refusal.value.fields["contracts"][0]
    assert (compare_contracts(actor=broken), compare_contracts(actor=broken)) == (1, 0)
    row.refresh_from_db()
    assert row.comparison is not None
    assert submit(estate, fresh(change)).revision is not None


def test_large_contract_that_a_worker_cannot_compare_says_why(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposing, "AT_ONCE", 10)
    a_contract(estate)
    change = draft(estate)
    row = propose(estate, change, b"%PDF-1.7 and more")
    assert compare_contracts(actor=actors.system("contracts")) == 1
    row.refresh_from_db()
    assert row.problem
    with pytest.raises(Invalid, match="could not be compared"):
        submit(estate, change)
    propose(estate, change, SAFE)
    assert compare_contracts(actor=actors.system("contracts")) == 1
    assert submit(estate, fresh(change)).revision is not None


def test_contract_in_force_that_moves_before_submission_asks_for_another_comparison(estate: Estate) -> None:
    contract = a_contract(estate)
    change = draft(estate)
    propose(estate, change)
    put_in_force(contract, written({**IN_FORCE, "title": "Scores, newer"}))
    with pytest.raises(Invalid, match="Propose it again"):
        submit(estate, change)
    # What is in force is what it brings: there is nothing left to compare.
    put_in_force(contract, written(BREAKS))
    assert submit(estate, fresh(change)).revision is not None


def test_consumer_that_comes_later_is_asked_too(estate: Estate) -> None:
    contract = a_contract(estate)
    change = draft(estate)
    propose(estate, change)
    change = submit(estate, change)
    later = estate.components["loans"]
    tie(later, estate.components["credit-risk"], "reads")
    later.dependencies.filter(kind="reads").update(contract=contract)
    with at(NOW):
        again = refresh_change(actor=actors.system("refresh"), change=fresh(change))
    assert again.revision.number == 2
    assert again.round.requirements.filter(role=Role.OWNER, component_key=later.key).exists()


def test_edits_of_another_stay_with_them_until_they_are_submitted(estate: Estate) -> None:
    a_contract(estate)
    change = draft(estate)
    propose(estate, change)
    change = submit(estate, change)
    with clock.moved_to(NOW.replace(hour=12)):
        revised = revise_change(actor=estate.actor("amara"), change=change)
        propose_contract(actor=estate.actor("amara"), change=revised, contract=SCORES, content=written(SAFE))

    def seen_by(name: str) -> list[str]:
        found = change_for(estate.people[name], change.ref)
        assert found is not None
        return [one.row.comparison.level for one in contracts_shown(found, 10)]  # type: ignore[union-attr]

    assert (seen_by("amara"), seen_by("priya")) == (["safe"], ["breaking"])


def test_what_was_proposed_and_compared_refuses_any_change_in_the_database(estate: Estate) -> None:
    a_contract(estate)
    row = propose(estate, draft(estate))
    tables: list[Any] = [ContractComparison.objects, ContractDifference.objects, ProposedContract.objects]
    for rows in tables:
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            rows.all()._raw_delete("default")
    for rows, what in zip(tables, ({"breaking": 0}, {"level": "safe"}, {"old": "0" * 64}), strict=True):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            rows.update(**what)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        ProposedContract.objects.filter(pk=row.pk).update(comparison=None)


def test_many_differences_are_counted_and_the_gravest_are_kept(estate: Estate) -> None:
    fields = {f"f{number}": {"type": "string"} for number in range(250)}
    a_contract(estate, written({**IN_FORCE, "properties": fields, "required": sorted(fields)}))
    change = draft(estate)
    row = propose(estate, change)
    assert row.comparison is not None
    [shown] = contracts_shown(change, 1000)
    assert (len(shown.differences), shown.left_out) == (200, row.comparison.total - 200)
    assert {one.level for one in shown.differences} == {"breaking"}
    assert row.comparison.total > 200


def test_what_a_change_brings_is_read_in_a_constant_number_of_queries(estate: Estate) -> None:
    a_contract(estate)
    change = draft(estate)
    propose(estate, change)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            content_of(fresh(change))
            contracts_shown(change, 50)
            contract_facts(change)
        return len(found)

    queries()
    before = queries()
    for name in ("orders", "rates", "limits"):
        other = a_second(estate, name)
        propose_contract(actor=estate.actor("amara"), change=change, contract=other, content=written(BREAKS))
    assert queries() == before


def a_second(estate: Estate, name: str) -> str:
    contract = Contract.objects.create(
        key=f"api:default/{name}",
        kind="api",
        name=name,
        source="portal",
        provider=estate.components["credit-risk"],
    )
    put_in_force(contract, written(IN_FORCE))
    return contract.key
