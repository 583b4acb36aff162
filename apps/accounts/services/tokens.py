"""API tokens. A token is shown once; the portal keeps only what it needs to recognise it."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from apps.accounts.enums import TokenScope
from apps.accounts.models import ApiToken, User
from apps.accounts.rules import may_manage_token
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Invalid

LAST_USED_EVERY = timedelta(minutes=1)
LONGEST_LIFE = timedelta(days=366)


def _check(actor: Actor, owner_id: int) -> None:
    decision = may_manage_token(actor, owner_id=owner_id)
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)


def _digest(secret: str) -> str:
    # A token is 256 bits from the system's generator, so a plain hash is as strong as a slow one.
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def issue_token(
    *, actor: Actor, user: User, name: str, scopes: list[str], expires_at: datetime
) -> tuple[ApiToken, str]:
    """Make a token for a person and return it with its secret, which is never seen again.

    Raises:
        Forbidden: the actor is another person, or a token.
        Invalid: no name, no or unknown scopes, or an end that is past or more than a year away.
    """
    _check(actor, user.pk)
    _check_token(name, scopes, expires_at)
    prefix = secrets.token_hex(4)
    secret = f"cs_{prefix}_{secrets.token_urlsafe(32)}"
    token = ApiToken(
        user=user,
        name=name.strip(),
        prefix=prefix,
        digest=_digest(secret),
        scopes=scopes,
        expires_at=expires_at,
    )
    token.save()
    record_event(
        event="token.issued",
        actor=actor,
        obj=token,
        data={"prefix": prefix, "scopes": sorted(scopes), "expires_at": clock.iso(expires_at)},
        private={"name": token.name},
    )
    return token, secret


def _check_token(name: str, scopes: list[str], expires_at: datetime) -> None:
    problems: dict[str, list[str]] = {}
    if not name.strip() or len(name) > 80:
        problems["name"] = ["Give the token a name of up to 80 characters, so that you know it again."]
    if not scopes or not set(scopes) <= set(TokenScope.values):
        problems["scopes"] = [f"Choose at least one of {', '.join(TokenScope.values)}."]
    now = clock.now()
    if not now < expires_at <= now + LONGEST_LIFE:
        problems["expires_at"] = ["A token ends in the future, at most a year from now."]
    if problems:
        raise Invalid(problems)


@transaction.atomic
def revoke_token(*, actor: Actor, token: ApiToken) -> ApiToken:
    """End a token now. A second call changes nothing. Raises Forbidden for another person's token."""
    _check(actor, token.user_id)
    moment = clock.now()
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=moment) == 0:
        return token
    token.revoked_at = moment
    record_event(event="token.revoked", actor=actor, obj=token, data={"prefix": token.prefix})
    return token


def revoke_all_tokens(*, actor: Actor, user: User) -> int:
    """Revoke every live token of a person, in the caller's transaction, and return how many there were."""
    live = list(ApiToken.objects.filter(user=user, revoked_at=None))
    for token in live:
        revoke_token(actor=actor, token=token)
    return len(live)


def authenticate_token(secret: str) -> ApiToken | None:
    """Return the live token of this secret with its active person, or None.

    ``last_used_at`` is written at most once a minute; it is not a decision, so it is not in the ledger.
    """
    parts = secret.split("_", 2)
    if len(parts) != 3 or parts[0] != "cs":
        return None
    token = ApiToken.objects.select_related("user").filter(prefix=parts[1]).first()
    now = clock.now()
    if token is None or not hmac.compare_digest(token.digest, _digest(secret)):
        return None
    if token.revoked_at is not None or token.expires_at <= now or not token.user.is_active:
        return None
    unused_for_a_minute = Q(last_used_at=None) | Q(last_used_at__lt=now - LAST_USED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - LAST_USED_EVERY:
        ApiToken.objects.filter(unused_for_a_minute, pk=token.pk).update(last_used_at=now)
    return token
