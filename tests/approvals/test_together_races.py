"""Batches and mail links sent many times at once: real threads, real transactions, through the pages."""

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Requirement, Signature
from apps.approvals.rules.checklists import checklist
from apps.approvals.selectors import asked_in_mail, token_of
from apps.approvals.services import Outcome, close_round, show_signing, show_together, sign_together
from apps.audit.models import AuditEvent
from apps.core.actors import person
from apps.core.errors import PortalError
from tests.approvals.test_together import chosen, proof, several
from tests.people import DIGEST, LOADER, PASSWORD, add_person
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


HELD = ("tried too often", "cannot check your password at this moment")
"""What holds back whoever sends a password too often at once, a right one too: the page says so, and signs nothing."""


@pytest.fixture(autouse=True)
def _tries() -> None:
    cache.clear()


def signed_in(user: User) -> tuple[Client, str]:
    """Return a client and what names its session."""
    client = Client()
    client.force_login(user)
    return client, f"session:{hashlib.sha256(str(client.session.session_key).encode()).hexdigest()}"


def again(client: Client, path: str, values: dict[str, Any]) -> Callable[[], object]:
    """Return a call that sends a form from another connection of the same browser."""
    cookies = client.cookies.copy()

    def send() -> object:
        other = Client()
        other.cookies = cookies.copy()
        return other.post(path, values)

    return send


def read(answers: list[Any]) -> list[tuple[int, str]]:
    """Return the status and the text of each answer."""
    return [(answer.status_code, answer.content.decode()) for answer in answers]


def held_back(text: str) -> bool:
    return any(words in text for words in HELD)


def entries() -> int:
    return AuditEvent.objects.filter(event="approval.signed").count()


def batch_of(user: User, asked: list[Requirement], session: str) -> dict[str, Any]:
    """Return what the page of several sends when each is ticked."""
    shown = show_together(actor=person(user), requirements=asked, session=session)
    numbers = [one.pk for one in asked]
    sent: dict[str, Any] = {"item": numbers, "chosen": numbers, "password": PASSWORD}
    for pk, intent in shown.items():
        sent |= {f"digest-{pk}": intent.digest, f"nonce-{pk}": intent.nonce}
    return sent


def test_batch_when_sent_twenty_times_at_once_signs_each_once() -> None:
    val = add_person("val", Role.VALIDATOR)
    asked = several(5)
    client, session = signed_in(val)
    answers = at_once(*[again(client, "/inbox/together/", batch_of(val, asked, session))] * 20)
    for status, text in read(answers):
        assert "5 signed" in text if status == 200 else held_back(text)
    assert (200, True) in {(status, "5 signed" in text) for status, text in read(answers)}
    assert Signature.objects.count() == entries() == 5


def test_sign_together_when_sent_twenty_times_at_once_answers_each_with_the_same_signatures() -> None:
    val = add_person("val", Role.VALIDATOR)
    ticked = chosen(val, several(5))
    send = partial(sign_together, actor=person(val), chosen=ticked, proof=proof())
    outcomes = [outcome for outcome in at_once(*[send] * 20) if isinstance(outcome, Outcome)]
    assert len(outcomes) == 20
    kept = set(Signature.objects.all())
    assert all(set(outcome.signed) == kept and outcome.left == [] for outcome in outcomes)
    assert len(kept) == entries() == 5


def test_batches_of_two_people_in_opposite_order_wait_for_nobody() -> None:
    """Each locks one round at a time: no two of them hold what the other wants."""
    val, wal = add_person("val", Role.VALIDATOR), add_person("wal", Role.VALIDATOR)
    for _ in range(5):
        asked = several(5)
        mine, theirs = chosen(val, asked), chosen(wal, asked)[::-1]
        results = at_once(
            lambda mine=mine: sign_together(actor=person(val), chosen=mine, proof=proof()),
            lambda theirs=theirs: sign_together(actor=person(wal), chosen=theirs, proof=proof()),
        )
        assert not any(isinstance(result, PortalError) for result in results)
        for one in asked:
            assert Signature.objects.filter(requirement=one).count() == 1


def test_batch_when_a_round_closes_at_the_same_time_signs_the_rest() -> None:
    val = add_person("val", Role.VALIDATOR)
    for _ in range(5):
        asked = several(4)
        ticked = chosen(val, asked)
        outcome, _ = at_once(
            lambda ticked=ticked: sign_together(actor=person(val), chosen=ticked, proof=proof()),
            lambda asked=asked: close_round(actor=LOADER, round=asked[2].round),
        )
        assert len(outcome.signed) + len(outcome.left) == 4  # type: ignore[attr-defined]
        assert {one for one, _ in outcome.left} <= {asked[2]}  # type: ignore[attr-defined]
        assert Signature.objects.filter(requirement__in=asked).count() == len(outcome.signed)  # type: ignore[attr-defined]


def mailed(user: User, asked: Requirement) -> tuple[Client, str, list[dict[str, Any]]]:
    """Follow the link of a mail in two windows, and return what each would send."""
    client, session = signed_in(user)
    led = client.get("/approvals/mail/", {"link": token_of(asked_in_mail(user, asked))})
    sent = []
    for _ in range(2):
        intent = show_signing(actor=person(user), requirement=asked, session=session)
        sent.append(
            {
                "digest": DIGEST,
                "nonce": intent.nonce,
                "decision": "approve",
                "checked": list(checklist(asked.role)),
                "password": PASSWORD,
            }
        )
    return client, led.headers["Location"], sent


def test_mail_link_when_sent_from_two_windows_twenty_times_at_once_signs_once() -> None:
    val = add_person("val", Role.VALIDATOR)
    (asked,) = several(1)
    client, path, sent = mailed(val, asked)
    answers = at_once(*[again(client, path, values) for values in sent] * 10)
    codes = [status for status, _ in read(answers)]
    assert codes.count(302) == 1
    assert set(codes) <= {302, 409, 410, 422}
    assert all(held_back(text) for status, text in read(answers) if status == 422)
    assert Signature.objects.count() == entries() == 1
