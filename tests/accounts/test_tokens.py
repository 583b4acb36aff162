"""API tokens: shown once, kept as a hash, and never more than their person."""

from datetime import timedelta

import pytest

from apps.accounts.models import ApiToken
from apps.accounts.selectors import token_of, tokens_of
from apps.accounts.services import authenticate_token, deactivate_person, issue_token, revoke_token
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.actors import person, token
from apps.core.errors import Forbidden, Invalid
from tests.people import LOADER, add_person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_issue_token_when_made_keeps_no_usable_secret() -> None:
    ann = add_person("ann")
    made, secret = issue_token(
        actor=person(ann), user=ann, name="ci", scopes=["read"], expires_at=clock.now() + DAY
    )
    row = str(ApiToken.objects.filter(pk=made.pk).values().get())
    assert secret not in row
    assert secret.split("_", 2)[2] not in row
    assert authenticate_token(secret) == made
    assert token_of(ann, made.prefix) == made
    assert secret.encode() not in bytes(AuditEvent.objects.get(event="token.issued").entry)


def test_authenticate_token_when_not_live_is_none() -> None:
    ann = add_person("ann")
    made, secret = issue_token(
        actor=person(ann), user=ann, name="ci", scopes=["read"], expires_at=clock.now() + DAY
    )
    for wrong in ("", "cs_", "cs_x_y", f"cs_{made.prefix}_guess", secret + "x", "Bearer", "\x00"):
        assert authenticate_token(wrong) is None
    ApiToken.objects.update(expires_at=clock.now())
    assert authenticate_token(secret) is None
    ApiToken.objects.update(expires_at=clock.now() + DAY)
    assert authenticate_token(secret) is not None
    revoke_token(actor=person(ann), token=made)
    revoke_token(actor=person(ann), token=made)
    assert authenticate_token(secret) is None
    assert AuditEvent.objects.filter(event="token.revoked").count() == 1


def test_authenticate_token_when_its_person_left_is_none() -> None:
    ann = add_person("ann")
    _, secret = issue_token(actor=LOADER, user=ann, name="ci", scopes=["read"], expires_at=clock.now() + DAY)
    deactivate_person(actor=LOADER, user=ann)
    assert authenticate_token(secret) is None


def test_authenticate_token_when_used_often_writes_once_a_minute() -> None:
    ann = add_person("ann")
    made, secret = issue_token(
        actor=person(ann), user=ann, name="ci", scopes=["read"], expires_at=clock.now() + DAY
    )
    authenticate_token(secret)
    first = tokens_of(ann).get().last_used_at
    authenticate_token(secret)
    assert tokens_of(ann).get().last_used_at == first
    ApiToken.objects.filter(pk=made.pk).update(last_used_at=clock.now() - 2 * timedelta(minutes=1))
    authenticate_token(secret)
    assert (tokens_of(ann).get().last_used_at or clock.now()) >= clock.now() - timedelta(seconds=30)


def test_tokens_when_managed_by_others_are_refused() -> None:
    ann, bob = add_person("ann"), add_person("bob")
    later = clock.now() + DAY
    made, _ = issue_token(actor=person(ann), user=ann, name="ci", scopes=["read"], expires_at=later)
    with pytest.raises(Forbidden):
        issue_token(actor=person(bob), user=ann, name="x", scopes=["read"], expires_at=later)
    with pytest.raises(Forbidden):
        issue_token(actor=token(ann, made.prefix), user=ann, name="x", scopes=["read"], expires_at=later)
    with pytest.raises(Forbidden):
        revoke_token(actor=person(bob), token=made)


def test_issue_token_when_the_input_is_wrong_names_each_field() -> None:
    ann = add_person("ann")
    with pytest.raises(Invalid) as wrong:
        issue_token(
            actor=person(ann), user=ann, name=" ", scopes=["root"], expires_at=clock.now() - timedelta(days=1)
        )
    assert set(wrong.value.fields) == {"name", "scopes", "expires_at"}
