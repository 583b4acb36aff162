"""Every part of every body that the API takes, replaced by what nobody means.

That is never an error of the portal. What is refused has changed nothing, and says why.
"""

import json
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client

from apps.accounts.enums import TokenScope
from apps.accounts.models import User
from tests.api.conftest import secret_of
from tests.e2e.calls import Call, calls
from tests.e2e.hostile import BROKEN, CURSED_JSON, ways_into, written, wrong_with
from tests.e2e.organisation import Names

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

PASSWORD = "lamp-quay-31-otter"


def bodies(call: Call, turn: Iterator[int]) -> Iterator[tuple[str, str]]:
    """Yield what is no JSON, and the call's body with one part after the other left out or hostile."""
    every = [("left out", ""), *CURSED_JSON.items()]
    for text in (BROKEN[next(turn) % len(BROKEN)] for _ in range(2)):
        yield f"the body {text[:20]!r}", text
    for way in ways_into(call.body):
        what, text = every[next(turn) % len(every)]
        yield f"{'.'.join(map(str, way)) or 'the body'}: {what}", written(call.body, way, text)


def judge_body(answer: Any) -> Iterator[str]:
    """Yield what is wrong with an answer of the API: a refusal is a problem document (RFC 9457) that says why."""
    told = json.loads(answer.content, parse_constant=_refuse) if answer.content else {}
    if answer.status_code >= 500:
        yield f"it answers {answer.status_code}"
    if answer.status_code >= 400 and answer["Content-Type"] != "application/problem+json":
        yield f"it answers {answer.status_code} without a problem document"
    if answer.status_code == 422 and not told.get("errors"):
        yield "it names no field"


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON (RFC 8259).")


def test_no_value_in_any_body_breaks_the_api_or_is_kept_where_it_is_refused(names: Names) -> None:
    User.objects.update(password=make_password(PASSWORD))
    clients = {user.username: bearing(user) for user in User.objects.all()}
    turn = count()
    wrong: list[str] = []
    told: set[str] = set()

    def post(who: str, path: str) -> Any:
        answer = clients[who].post(f"/api/v1/{path}")
        assert answer.status_code == 201, answer.content
        return answer.json()

    def send(call: Call, text: str) -> Any:
        sent = text.encode(), "application/json"
        return clients[call.who].generic(call.verb.upper(), f"/api/v1/{call.path}", *sent)

    for call in calls(names, PASSWORD, post):
        told.add(call.operation)
        sound_one = wrong_with(partial(send, call, json.dumps(call.body)), taken)
        wrong += [f"{call.operation} {one}" for one in sound_one]
        for what, text in bodies(call, turn):
            found = wrong_with(partial(send, call, text), judge_body)
            wrong += [f"{call.operation} {what}: {one}" for one in found]
    assert wrong == []
    assert told == operations()


def bearing(user: User) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret_of(user, *TokenScope.values)}"})


def taken(answer: Any) -> Iterator[str]:
    """Yield what is wrong with the answer to a sound call."""
    if answer.status_code not in (200, 201, 202, 204):
        yield f"does not take what is sound: {answer.content[:300]!r}"


def operations() -> set[str]:
    """Return every call that the API's description has, that changes something and that takes JSON."""
    described = yaml.safe_load((Path(settings.BASE_DIR) / "docs" / "openapi.yaml").read_text())
    return {
        f"{verb} {path.removeprefix('/api/v1/')}"
        for path, verbs in described["paths"].items()
        for verb in verbs.keys() & {"post", "put", "patch", "delete"}
        if "application/json" in verbs[verb].get("requestBody", {}).get("content", {"application/json": {}})
    }
