from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.accounts.enums import TokenScope
from apps.accounts.models import User
from apps.accounts.services import issue_token
from apps.core import actors, clock
from tests.changes.estate import Estate

Caller = Callable[..., Any]


def secret_of(user: User, *scopes: str) -> str:
    """Return a token of a person, with all scopes unless some are named."""
    _, secret = issue_token(
        actor=actors.person(user),
        user=user,
        name="test",
        scopes=list(scopes) or list(TokenScope.values),
        expires_at=clock.now() + timedelta(days=1),
    )
    return secret


@pytest.fixture
def call(estate: Estate) -> Caller:
    """Return a function that calls the API as a person: ``call("amara", "get", "changes/")``."""
    secrets: dict[tuple[str, ...], str] = {}

    def as_person(
        name: str, method: str, path: str, body: Any = None, *, scopes: tuple[str, ...] = ()
    ) -> Any:
        if (name, *scopes) not in secrets:
            secrets[(name, *scopes)] = secret_of(estate.people[name], *scopes)
        headers = {"Authorization": f"Bearer {secrets[(name, *scopes)]}"}
        send = getattr(Client(headers=headers), method)
        extra = {} if method == "get" else {"data": body or {}, "content_type": "application/json"}
        return send(f"/api/v1/{path}", **extra)

    return as_person
