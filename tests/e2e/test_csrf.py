"""Every address of the portal refuses what is not a look and brings no token of its own form."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.changes.models import Change
from tests.people import add_person

pytestmark = pytest.mark.django_db

VALUES: dict[str, list[object]] = {
    "ref": [
        "CHG-1",
        "PIR-1",
        "TPL-1",
        "DOC-1",
        "POLICY-1",
        "STD-1",
        "EV-1",
        "GATE-1",
        "PB-1",
        "DRL-1",
        "TRN-1",
    ],
    "slug": ["withdraw"],
    "number": [1],
    "key": ["model:default/x", "ab1-set-password"],
    "uidb36": ["1"],
}
NOT_PAGES = ("api", "static", "media")


def patterns(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every pattern with its full name."""
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from patterns(each, f"{each.namespace}:" if each.namespace else space)
        else:
            yield f"{space}{each.name or ''}", each


def address(name: str, pattern: URLPattern) -> str:
    """Return an address that the pattern takes, or nothing when it has no name to build it by."""
    if isinstance(pattern.pattern, RoutePattern):
        names = list(pattern.pattern.converters)
    else:
        names = list(pattern.pattern.regex.groupindex)
    for turn in range(max(map(len, VALUES.values()))):
        given = {}
        for one in names:
            known = VALUES.get(one, [1, "x"])
            given[one] = known[min(turn, len(known) - 1)]
        try:
            return reverse(name, kwargs=given)
        except NoReverseMatch:
            continue
    return ""


NO_TOKEN = b"It brings no token."


def bare(request: HttpRequest, reason: str) -> HttpResponse:  # noqa: ARG001
    """Say the refusal alone: no other 403 is taken for it, and no page is made a thousand times."""
    return HttpResponse(NO_TOKEN, status=403)


@pytest.fixture
def client() -> Client:
    """Return a browser of someone whom nothing but a missing token would keep from anything."""
    user = add_person("ann", *[role.value for role in Role])
    User.objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(user)
    return client


def test_every_address_refuses_a_write_without_its_token(client: Client, settings: Any) -> None:
    settings.CSRF_FAILURE_VIEW = f"{__name__}.bare"
    tried, wrong, unbuilt = 0, [], []
    for name, pattern in patterns(get_resolver()):
        if name.startswith(NOT_PAGES) or not name:
            continue
        path = address(name, pattern)
        if not path:
            unbuilt.append(name)
            continue
        for verb in ("post", "put", "patch", "delete"):
            answer = getattr(client, verb)(path, headers={"HX-Request": "true"} if tried % 2 else {})
            tried += 1
            if (answer.status_code, answer.content) != (403, NO_TOKEN):
                wrong.append(f"{verb} {path} ({name}) answers {answer.status_code}")
    assert wrong == []
    assert unbuilt == []
    assert tried > 4 * 80
    assert not Change.objects.exists()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_write_without_its_token_is_told_on_a_page(client: Client, headers: dict[str, str]) -> None:
    answer = client.post("/changes/new/", headers=headers)
    assert answer.status_code == 403
    assert "This form is too old. Nothing was sent." in answer.content.decode()


def test_api_takes_no_session_so_there_is_nothing_to_forge() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(add_person("ann", Role.REQUESTER))
    for verb in ("get", "post", "put", "patch", "delete"):
        assert getattr(client, verb)("/api/v1/changes/").status_code == 401
