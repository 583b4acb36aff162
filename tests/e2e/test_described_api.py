"""Every call of the API with values made from its description: no failure of the portal, and each answer as described.

``test_hostile_bodies`` puts what nobody means into sound bodies. Here addresses, queries, files and bodies are all made
from ``docs/openapi.yaml``, as someone who has read nothing else would send them, or a little beside it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as amount
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from apps.accounts.enums import TokenScope
from apps.accounts.models import User
from tests.api.conftest import secret_of
from tests.e2e.hostile import undone
from tests.e2e.organisation import Names
from tests.e2e.pages.look import AMARA, FEMI, LEILA

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

EXAMPLES = 5
"""Of each call. More find more, in 30 ms each."""

CHECKS = [not_a_server_error, response_schema_conformance, content_type_conformance]


@pytest.fixture(autouse=True)
def same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the values come from the description alone, so that they are the same in each run.

    Hypothesis would take some from the code of whatever is loaded, and judge each text of the portal for each field.
    """
    monkeypatch.setattr(providers, "CONSTANTS_CACHE", type(providers.CONSTANTS_CACHE)(1024))
    monkeypatch.setattr(providers, "_get_local_constants", providers.Constants)


@pytest.fixture
def portal() -> Iterator[WSGIHandler]:
    """Return the portal as a server calls it, which keeps the connection of the test."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield WSGIHandler()
    for signal in signals:
        signal.connect(close_old_connections)


def test_call_with_values_from_its_description_never_fails_and_is_answered_as_described(
    names: Names, portal: WSGIHandler
) -> None:
    described = schemathesis.openapi.from_path(Path(settings.BASE_DIR) / "docs" / "openapi.yaml")
    described.app = portal
    people = {who: User.objects.get(username=who) for who in (LEILA, AMARA, FEMI)}
    tokens = [secret_of(user, *TokenScope.values) for user in people.values()]
    tokens.append(secret_of(people[AMARA], TokenScope.READ))
    wrong: list[str] = []
    for found in described.get_all_operations():
        wrong += faults_of(found.ok(), tokens, records(names))
    assert wrong == []


def records(names: Names) -> dict[str, list[Any]]:
    """Return what is there to be named in an address, by its first part."""
    return {
        "approvals": [int(names[one]) for one in ("to_validate", "to_own", "to_waive")],
        "calendar": [names["freeze"], names["in_review"]],
        "cards": [names["card"], names["card_draft"]],
        "catalog": ["model:default/credit-risk"],
        "changes": [names[one] for one in ("draft", "in_review", "in_progress", "ready", "on_hold")],
        "evidence": [names["report"], names["report_failed"]],
        "exports": [names["export_queued"]],
        "gate": [names["gate_pass"], names["gate_closed"]],
        "policy": [names["policy"], "in-force"],
        "reviews": [names["review_completed"], names["review_closed"]],
        "rules": ["in-force", "RULES-2", "RWV-1"],
        "training": [names["course"], names["course_read"]],
    }


def faults_of(operation: Any, tokens: list[str], known: dict[str, list[Any]]) -> list[str]:
    """Return what is wrong with the answers to one call, each fault once."""
    wrong: dict[str, str] = {}
    there = known.get(operation.path.split("/")[3], [])

    @amount(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases_of(operation), token=st.sampled_from(tokens), record=st.sampled_from([None, *there]))
    def tried(case: Any, token: str, record: Any) -> None:
        for name in case.path_parameters.keys() & {"ref", "id", "key"} if record else ():
            case.path_parameters[name] = record
        cache.clear()  # the counted tries
        with undone():
            answer = case.call(headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"})
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            wrong.update({f"{one.title}: {one.message}": case.as_curl_command() for one in group.exceptions})

    tried()
    return [f"{operation.label} {fault} ({call})" for fault, call in wrong.items()]


def cases_of(operation: Any) -> Any:
    """Return a strategy for calls as described, and for those that are a little beside it."""
    sound = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    return st.one_of(sound, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
