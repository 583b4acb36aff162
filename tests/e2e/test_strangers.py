"""Every address of the portal, pages and API, tried by everyone who has no business there, and what each is sent.

Someone without a role, someone whose account is closed but whose session or token is not, and nobody at all read
nothing of what the organisation does and change nothing. What is one person's own is sent to no other.
"""

import html
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import pytest
import yaml
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver, resolve

from apps.accounts.enums import TokenScope
from apps.accounts.models import ApiToken, SavedView, User
from apps.accounts.services import deactivate_person
from apps.approvals.models import Signature
from apps.audit.models import AuditEvent
from apps.catalog.models import Component
from apps.changes.models import Change, StandardVersion
from apps.discussions.models import Wording
from apps.outbox.models import Notification
from apps.playbooks.models import Document
from tests.api.conftest import secret_of
from tests.e2e.addresses import examples, filled, patterns
from tests.e2e.organisation import Names
from tests.e2e.pages.look import AMARA, FEMI, HENRIK, LEILA, MARGUERITE, NEW, PRIYA, TOMASZ
from tests.people import LOADER

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

OPEN = {"web:help", "web:keyboard", "web:accessibility", "web:mail-link", "web:calendar-feed"}
"""What everyone may open. A calendar feed is opened by its address alone."""
OWN = ("account", "notifications", "exports", "accounts/", "session")
"""What someone without a role may write: about themself."""


OPEN_CALLS = {f"/api/v1/{name}" for name in ("schema", "ledger/key", "ledger/keys", "countersign.pyz")}
"""What anyone may read over REST."""
SEE_ALL = {LEILA, FEMI}
"""Who may open every record: the change manager and the auditor."""


def addresses(names: Names, *, whole: bool = False) -> list[tuple[str, str]]:
    """Return each address of a page with its pattern's name, in each form that is known."""
    shown = examples(names, whole=whole)
    found = []
    for name, pattern in patterns(get_resolver()):
        if name.startswith("web:"):
            found += [(name, path) for path in sorted(shown.get(name, {filled(pattern, names)}))]
    return found


def resources(names: Names) -> list[tuple[str, str]]:
    """Return each verb and address of the API, with each record that fits there."""
    described = yaml.safe_load((Path(settings.BASE_DIR) / "docs" / "openapi.yaml").read_text())
    records: dict[str, list[str]] = {
        "changes": [names["in_review"], names["draft"], names["closed"], names["urgent"]],
        "reviews": [names["review_closed"]],
        "cards": [names["card"], names["card_draft"]],
        "signatures": [names["signature"]],
        "approvals": [names["to_validate"], names["low_first"]],
        "freezes": [names["freeze"]],
        "bookings": [names["in_review"]],
        "components": ["model:default/credit-risk"],
        "exports": [names["export_done"]],
        "policy": ["POLICY-1", names["policy"]],
        "evidence": [names["report"]],
        "gate": [names["gate_pass"]],
    }
    found = []
    for path, verbs in described["paths"].items():
        named = re.search(r"([^/]+)/\{", path)
        for record in records.get(named[1] if named else "", ["1"]):
            at = re.sub(r"\{[^}]+\}", "1", re.sub(r"\{[^}]+\}", record, path, count=1))
            found += [(verb, at) for verb in verbs.keys() & {"get", "post", "put", "patch", "delete"}]
    return found


def body(names: Names) -> dict[str, Any]:
    """Return what a form or a call may hold, so that who is refused is not refused for a missing field."""
    digest = Change.objects.get(number=int(names["in_review"][4:])).round.digest  # type: ignore[union-attr]
    return {
        "decision": "approve",
        "reason": "Because.",
        "note": "Because.",
        "text": "Because.",
        "question": "Why?",
        "name": "x",
        "title": "x",
        "password": "x",
        "digest": digest,
        "nonce": "0",
        "incident": "https://incidents.northgate.example/INC-9",
        "item": names["low_first"],
        "chosen": names["low_first"],
    }


def private_texts() -> set[str]:
    """Return what only people with a role may read, as it is written."""
    found = set(Change.objects.exclude(title="").values_list("title", flat=True))
    found |= set(Wording.objects.exclude(text="").values_list("text", flat=True))
    found |= {str(one) for one in StandardVersion.objects.values_list("content__title", flat=True)}
    found |= set(Document.objects.exclude(title="").values_list("title", flat=True))
    found |= set(Component.objects.values_list("key", flat=True))
    found |= set(Signature.objects.exclude(note="").values_list("note", flat=True))
    # The help of the ledger's forms names one component as an example.
    return {text for text in found if len(text) > 5 and text != "model:default/credit-risk"}


def sent(answer: Any) -> str:
    """Return all that an answer says, as a reader would read it."""
    content = b"".join(answer) if answer.streaming else answer.content
    text = content.decode(errors="replace")
    if "json" in answer.headers.get("Content-Type", "") and text.startswith(("{", "[")):
        return json.dumps(json.loads(text), ensure_ascii=False)
    return html.unescape(text)


def said_in(answer: Any, texts: Iterable[str]) -> list[str]:
    """Return which of the texts an answer says, but for what the address itself says."""
    said, asked = sent(answer), unquote_plus(answer.wsgi_request.get_full_path())
    return [text for text in texts if text in said and text not in asked]


def written() -> int:
    """Return how many entries tell of anything but a refusal."""
    return AuditEvent.objects.exclude(event="access.denied").count()


def signed_in(username: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username=username))
    return client


def bearing(username: str) -> Client:
    secret = secret_of(User.objects.get(username=username), *TokenScope.values)
    return Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)


def test_someone_without_a_role_reads_nothing_and_changes_nothing(names: Names) -> None:
    client = signed_in(NEW)
    texts, wrong, tried = private_texts(), [], 0
    for name, path in addresses(names, whole=True):
        answer = client.get(path)
        tried += 1
        if answer.status_code >= 500 or (told := said_in(answer, texts)):
            wrong.append(f"get {path} ({name}) answers {answer.status_code}: {told[:3]}")
    for name, path in addresses(names):
        if path.lstrip("/").startswith(OWN):
            continue
        before = written()
        answer = client.post(path, body(names))
        told = said_in(answer, texts)
        if answer.status_code >= 500 or told or written() != before:
            said = f"{answer.status_code}, wrote {written() - before}: {told[:3]}"
            wrong.append(f"post {path} ({name}) answers {said}")
    assert not wrong, "\n".join(wrong)
    assert tried > 150


def test_someone_without_a_role_reads_and_changes_nothing_through_the_api(names: Names) -> None:
    client = bearing(NEW)
    texts, wrong = private_texts(), []
    found = resources(names)
    for verb, path in found:
        before = written()
        more = {} if verb == "get" else {"data": body(names), "content_type": "application/json"}
        answer = getattr(client, verb)(path, **more)
        told = said_in(answer, texts)
        if answer.status_code >= 500 or told or written() != before:
            wrong.append(
                f"{verb} {path} answers {answer.status_code}, wrote {written() - before}: {told[:3]}"
            )
    assert not wrong, "\n".join(wrong)
    assert len(found) > 50


@pytest.mark.parametrize("who", ["nobody", "closed"])
def test_nobody_and_a_closed_account_are_sent_to_sign_in(names: Names, who: str) -> None:
    client = Client(raise_request_exception=False)
    if who == "closed":
        client = signed_in(AMARA)
        deactivate_person(actor=LOADER, user=User.objects.get(username=AMARA))
    wrong = []
    for name, path in addresses(names, whole=True):
        if name in OPEN:
            continue
        for verb in ("get", "post"):
            before = written()
            answer = getattr(client, verb)(path, {} if verb == "get" else body(names))
            led = answer.headers.get("Location", "").startswith("/accounts/login/?")
            if answer.status_code != 302 or not led or written() != before:
                wrong.append(
                    f"{verb} {path} ({name}) answers {answer.status_code}, wrote {written() - before}"
                )
    assert not wrong, "\n".join(wrong)


def test_token_of_a_closed_account_opens_nothing(names: Names) -> None:
    client = bearing(LEILA)
    deactivate_person(actor=LOADER, user=User.objects.get(username=LEILA))
    for verb, path in resources(names):
        before = written()
        more = {} if verb == "get" else {"data": body(names), "content_type": "application/json"}
        answer = getattr(client, verb)(path, **more)
        open_ = path in OPEN_CALLS
        assert answer.status_code == (200 if open_ else 401), (verb, path, answer.status_code)
        assert written() == before, (verb, path)


def marked(names: Names) -> dict[str, str]:
    """Write a mark into what is one person's own, and return whose each is."""
    own = {
        "mark-draft": AMARA,
        "mark-document": AMARA,
        "mark-view": FEMI,
        "mark-token": AMARA,
        "mark-note": PRIYA,
    }
    number = int(names["draft"][4:])
    Change.objects.filter(number=number).update(
        title="mark-draft", summary="mark-draft", outcome="mark-draft"
    )
    Document.objects.filter(number=int(names["document_draft"][4:])).update(title="mark-document")
    SavedView.objects.filter(pk=names["view"]).update(name="mark-view", query="q=mark-view")
    ApiToken.objects.filter(user__username=AMARA).update(name="mark-token")
    Notification.objects.filter(user__username=PRIYA).update(title="mark-note", body="mark-note")
    return own


def names_a_record(path: str) -> bool:
    """Return whether an address is of one record, not of a list or a form."""
    return bool(resolve(urlsplit(path).path).kwargs)


@pytest.mark.parametrize("who", [AMARA, PRIYA, TOMASZ, HENRIK, LEILA, FEMI, MARGUERITE])
def test_what_is_ones_own_is_sent_to_nobody_else(names: Names, who: str) -> None:
    """Each reads every list and call as it is for them. Pages of one record are read by those who see most of it."""
    theirs = [mark for mark, owner in marked(names).items() if owner != who]
    cache.clear()
    pages, calls, wrong = signed_in(who), bearing(who), []
    paths = [path for _, path in addresses(names, whole=True) if who in SEE_ALL or not names_a_record(path)]
    seen = [(path, pages.get(path)) for path in paths]
    seen += [(path, calls.get(path)) for verb, path in resources(names) if verb == "get"]
    for path, answer in seen:
        if answer.status_code >= 500 or (told := said_in(answer, theirs)):
            wrong.append(f"{path} answers {answer.status_code}: {told}")
    assert not wrong, "\n".join(wrong)
