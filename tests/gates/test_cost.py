"""What one question costs the database: as much with many rules and much evidence as with few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.changes.models import Change
from apps.evidence.enums import Stage
from apps.gates.services import Ask, ask_gate
from apps.policy.enums import SetState
from apps.policy.models import PolicySet
from apps.policy.rules import digest_of, document_of, rules_from, starter_set
from tests.changes.estate import NOW, Estate, approved, at, fresh, submitted
from tests.gates.conftest import ARTIFACT, Send, auc

pytestmark = pytest.mark.django_db
MOST = 24
"""With the savepoint of a test and the change itself, and without who asks."""


def statements(estate: Estate, change: Change, *, rules_version: int = 2) -> int:
    """Return what a second question takes: what is published is read by the first, and kept."""
    ask = Ask(stage=Stage.PROMOTION, artifact=ARTIFACT, environment="production")
    for found in (fresh(change), fresh(change)):
        with at(NOW), CaptureQueriesContext(connection) as queries:
            decision = ask_gate(actor=estate.actor("amara"), change=found, ask=ask)
    assert decision.rules_version == rules_version
    return len(queries)


def test_question_takes_as_few_statements_with_many_rules_and_much_evidence(
    estate: Estate, measured: None, send: Send
) -> None:
    change = submitted(estate)
    few = statements(estate, change)
    many_rules_before(change, estate)
    for number in range(12):
        send(auc(0.9 + number / 1000), artifact=f"{number:064x}" if number % 2 else ARTIFACT)
    assert statements(estate, change, rules_version=3) == few <= MOST


def test_question_about_what_is_signed_takes_no_more(estate: Estate, measured: None) -> None:
    change = approved(estate)
    assert statements(estate, change) <= MOST


def many_rules_before(change: Change, estate: Estate) -> None:
    """Put 60 rules in force, as if they had been when the change was submitted."""
    assert change.revision is not None
    document = document_of(starter_set())
    for number in range(60 - len(document["rules"])):
        document["rules"].append(document["rules"][number] | {"id": f"another-{number}"})
    rules = rules_from(document)
    PolicySet.objects.filter(state=SetState.IN_FORCE).update(state=SetState.SUPERSEDED)
    PolicySet.objects.create(
        number=3,
        document=document,
        digest=digest_of(rules),
        reason="Many.",
        author=estate.people["leila"],
        state=SetState.IN_FORCE,
        settled_at=change.revision.submitted_at,
    )
