"""Second factors: the code of an authenticator app, and passkeys. django-allauth keeps and checks them.

A secret is in the database encrypted (``apps.accounts.adapter``). The ledger says what was added or taken away, and
nothing of what it is.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, validate_totp_code
from allauth.mfa.webauthn.internal import auth as webauthn
from django.db import DatabaseError, transaction

from apps.accounts.models import User
from apps.accounts.selectors import second_factors_of
from apps.audit.services import record_event
from apps.core.actors import Actor
from apps.core.errors import Conflict, Forbidden, Invalid

MOST_PASSKEYS = 10
LONGEST_NAME = 60
NOT_THIS_PASSKEY = (
    "This passkey was not taken. Use one that you added here, and confirm with your PIN or finger."
)


@transaction.atomic
def add_code_app(*, actor: Actor, user: User, secret: str, code: str) -> None:
    """Keep the secret that a person's authenticator app shares with the portal, once a code proves that it has it.

    Raises:
        Forbidden: it is another person's account.
        Conflict: they have an app already.
        Invalid (``code``): it is not the code of this secret, now.
    """
    _own(actor, user)
    if not validate_totp_code(secret, code):
        raise Invalid({"code": ["This is not the code that your app shows now. Enter the next one."]})
    if second_factors_of(user).code:
        raise Conflict("You have set up an app already.", remedy="Remove it first, then set up the new one.")
    TOTP.activate(user, secret)
    record_event(event="person.second_factor_added", actor=actor, obj=user, data={"kind": "code"})


@transaction.atomic
def add_passkey(*, actor: Actor, user: User, name: str, credential: str) -> None:
    """Keep a passkey that the person's device has just made for this request (Web Authentication, 7.1).

    Raises:
        Forbidden: it is another person's account.
        Invalid (``name``, ``credential``): it has no name, or was not made for this; they have too many.
    """
    _own(actor, user)
    name = " ".join(name.replace("\x00", "").split())[:LONGEST_NAME]
    if not name:
        raise Invalid({"name": ["Give it a name, so that you know it again."]})
    if len(second_factors_of(user).passkeys) >= MOST_PASSKEYS:
        raise Invalid({"name": [f"You have {MOST_PASSKEYS} passkeys. Remove one first."]})
    try:
        given, _ = _read(credential, webauthn.parse_registration_response, webauthn.complete_registration)
    except ValueError as error:
        raise Invalid({"credential": ["The passkey was not made. Try again."]}) from error
    webauthn.WebAuthn.add(user, name, given)
    record_event(event="person.second_factor_added", actor=actor, obj=user, data={"kind": "passkey"})


@transaction.atomic
def remove_second_factor(*, actor: Actor, factor: Authenticator) -> None:
    """Take one of a person's own second factors away. The caller has proved who they are.

    Raises:
        Forbidden: it is another person's.
    """
    user = factor.user
    _own(actor, user)
    kind = "code" if factor.type == Authenticator.Type.TOTP else "passkey"
    factor.delete()
    record_event(event="person.second_factor_removed", actor=actor, obj=user, data={"kind": kind})


@transaction.atomic
def reset_second_factors(*, actor: Actor, user: User) -> int:
    """Take every second factor of a person away, who has lost them, and return how many. For operators.

    Raises:
        Forbidden: the actor is not a job of the system.
    """
    if actor.kind != "system":
        raise Forbidden(
            "Only operators take a lost second factor away.", remedy="Ask whoever runs the portal."
        )
    count = Authenticator.objects.filter(user=user).delete()[0]
    record_event(event="person.second_factors_reset", actor=actor, obj=user, data={"count": count})
    return count


def new_passkey_request(user: User) -> str:
    """Return, as JSON, what a browser needs to make a passkey. The challenge stays in the person's session."""
    return json.dumps(webauthn.begin_registration(user, False))


def passkey_request(user: User) -> str:
    """Return, as JSON, what a browser needs to use a passkey. The challenge stays in the person's session."""
    return json.dumps(webauthn.begin_authentication(user))


def passkey_problem(*, user: User, credential: str) -> str:
    """Return what is wrong with the answer of a passkey, or nothing when it is one of theirs (Web Authentication, 7.2).

    The challenge that it answers serves once.
    """
    try:
        _, used = _read(
            credential,
            webauthn.parse_authentication_response,
            partial(webauthn.complete_authentication, user),
        )
        used.record_usage()
    except ValueError:
        return NOT_THIS_PASSKEY
    finally:
        webauthn.clear_state()
    return ""


def _read(
    text: str, parse: Callable[[Any], object], complete: Callable[[Any], Any]
) -> tuple[dict[str, Any], Any]:
    """Return what a browser sent of a passkey, and what comes of it once it is checked.

    Raises:
        ValueError: it is no credential, or not the one that was asked for.
    """
    try:
        given = json.loads(text)
        parse(given)
        return given, complete(given)
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - the libraries let through whatever happens in their parsers
        raise ValueError("This is no credential that was asked for.") from error


def _own(actor: Actor, user: User) -> None:
    if actor.kind != "person" or actor.user is None or actor.user.pk != user.pk:
        raise Forbidden("Each person sets up their own second factor, signed in.")
