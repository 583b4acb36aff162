"""Standard changes: written, approved by everyone whom a normal change of the kind would ask, retired with a reason."""

from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from apps.accounts.models import User
from apps.approvals.enums import RoundState
from apps.approvals.models import Round
from apps.approvals.rules import Barred, Subject
from apps.approvals.selectors import policy_in_force
from apps.approvals.services import close_round, open_round
from apps.audit.services import record_event
from apps.changes.enums import IN_HAND, StandardState
from apps.changes.models import Standard, StandardVersion
from apps.changes.rules.standards import LOW, StandardInput, content_from, too_risky
from apps.changes.selectors import (
    beyond_reach,
    components_named,
    may_edit_now,
    may_retire_now,
    may_take_back_now,
    may_write_standards_now,
    standard_needs,
    standard_risk,
)
from apps.changes.services.access import given_reason
from apps.changes.services.parts import not_reached
from apps.changes.services.telling_standards import tell_retired
from apps.core import clock
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.errors import Conflict, Forbidden, Invalid, Stale

SUBJECT = "standard"
AT_THE_LATEST = timedelta(days=14)
"""After this a version that nobody decided on is given up, whatever the policy allows."""
_NUMBERING = 0x5354444E  # the lock under which standard changes get their numbers


@transaction.atomic
def write_standard(
    *, actor: Actor, given: StandardInput, standard: Standard | None = None
) -> StandardVersion:
    """Write a standard change, or the version of one that its author has in hand, else a new version.

    Nobody is asked yet, and nothing is made from it.

    Raises:
        Forbidden: the actor may not propose changes, or somebody else is writing a version.
        Invalid: what is wrong, by field; among it what the actor's roles do not reach, and what is not of low risk.
        Stale: it is retired. Conflict: a version is out for approval.
    """
    author = _writer(actor)
    content = _checked(author, given)
    held = _held(standard) if standard is not None else _numbered()
    version = _in_hand(actor, held)
    event = "standard.edited"
    if version is None:
        event = "standard.drafted"
        version = StandardVersion(standard=held, number=held.versions.count() + 1, author=author)
    version.content, version.digest = content, digest(content)
    _save(version)
    record_event(event=event, actor=actor, obj=held, data=_facts(version))
    return version


def _checked(author: User, given: StandardInput) -> dict[str, object]:
    components = components_named(given.components)
    content = content_from(given, components.keys(), clock.now().date())
    problems = [not_reached(one) for one in beyond_reach(author, components.values())]
    problems += filter(None, [too_risky(standard_risk(components.values()))])
    if problems:
        raise Invalid({"components": problems})
    return content


def _in_hand(actor: Actor, held: Standard) -> StandardVersion | None:
    """Return the version that this actor writes on; None when there is none in hand."""
    if held.retired_at is not None:
        raise Stale(f"{held.ref} is retired.", remedy="Write a new standard change.")
    found = held.versions.filter(state__in=sorted(IN_HAND)).select_related("author", "standard").first()
    if found is not None and found.state == StandardState.PROPOSED:
        raise Conflict(f"{found} is out for approval.", remedy="Have that one decided or taken back first.")
    if found is not None:
        may_edit_now(actor, found).require()
    return found


def _save(version: StandardVersion) -> None:
    """Save it, and let the database say whether another is in hand: two people may begin at once."""
    try:
        with transaction.atomic():
            version.save()
    except IntegrityError as error:
        raise Conflict(
            f"Somebody else began a version of {version.standard.ref}.",
            remedy="Reload the page and look again.",
        ) from error


@transaction.atomic
def propose_standard(*, actor: Actor, version: StandardVersion, reason: str) -> StandardVersion:
    """Send a version for approval. It never changes from then on, and nothing is made from it until it is approved.

    Everyone is asked whom the policy in force would ask about a normal change that moves all that it names.

    Raises:
        Forbidden: the actor is not its author, or may not propose changes any more.
        Stale: it is not a draft any more, or the whole is retired.
        Invalid: no reason is given; or it cannot be approved as the catalog is now.
        PolicyBlocked: nobody is there who may sign for one of the roles.
    """
    author = _writer(actor)
    why = given_reason(reason, "Say why it should be a standard change.")
    held = _held(version.standard)
    current = held.versions.select_related("author").get(pk=version.pk)
    current.standard = held
    if current.state != StandardState.DRAFT or held.retired_at is not None:
        raise Stale(f"{current} is no draft any more.", remedy="Reload the page and look again.")
    may_edit_now(actor, current).require()
    current.state, current.reason = StandardState.PROPOSED, why
    current.round = _ask(actor, author, current)
    current.save(update_fields=["state", "reason", "round", "updated_at"])
    record_event(
        event="standard.proposed", actor=actor, obj=held, data=_facts(current), private={"reason": why}
    )
    return current


def _ask(actor: Actor, author: User, version: StandardVersion) -> Round:
    keys = version.content["components"]
    components = components_named(keys)
    problems = [f"{key} has left the catalog." for key in keys if key not in components]
    problems += [not_reached(one) for one in beyond_reach(author, components.values())]
    problems += filter(None, [too_risky(standard_risk(components.values()))])
    if problems:
        raise Invalid({"reason": problems}, remedy="Edit the version first.")
    policy = policy_in_force()
    ref = version.standard.ref
    return open_round(
        actor=actor,
        subject=Subject(SUBJECT, ref, version.title, f"/standard-changes/{ref}/versions/{version.number}/"),
        revision=version.number,
        digest=version.digest,
        risk=LOW,
        starts_at=None,
        needs=standard_needs(components.values(), policy, due=clock.now() + AT_THE_LATEST),
        barred=[Barred(author.pk, "You wrote this standard change. Nobody approves their own.")],
        policy=policy,
    )


@transaction.atomic
def withdraw_standard(*, actor: Actor, version: StandardVersion) -> StandardVersion:
    """Take back a version that is being written or is out for approval. It stays on record.

    Raises:
        Forbidden: the actor is neither its author nor a Change Manager over all that it moves.
        Stale: it is decided.
    """
    may_take_back_now(actor, version).require()
    if version.round is not None:
        close_round(actor=actor, round=version.round)
    held = _held(version.standard)
    current = held.versions.get(pk=version.pk)
    current.standard = held
    if current.state not in IN_HAND:
        state = current.get_state_display().lower()
        raise Stale(f"{current} is {state} already.", remedy="Reload the page and look again.")
    return _settle(current, StandardState.WITHDRAWN, "standard.withdrawn", actor)


@transaction.atomic
def retire_standard(*, actor: Actor, standard: Standard, reason: str) -> Standard:
    """Retire a standard change: nothing is made from it any more. Changes that were submitted within it keep it.

    Whoever has a change of it under way is told.

    Raises:
        Forbidden: the actor is no Change Manager over all that it moves, in person.
        Stale: it is retired already. Invalid (``reason``): none is given.
    """
    may_retire_now(actor, standard).require()
    why = given_reason(reason, "Say why it is retired, and what to do instead.")
    waiting = standard.versions.filter(state=StandardState.PROPOSED).select_related("round").first()
    if waiting is not None and waiting.round is not None:
        close_round(actor=actor, round=waiting.round)
    held = _held(standard)
    if held.retired_at is not None:
        raise Stale(f"{held.ref} is retired already.", remedy="Reload the page.")
    for version in held.versions.filter(state__in=sorted(IN_HAND)):
        if version.state == StandardState.PROPOSED and version != waiting:
            raise Stale(f"{version} was sent for approval meanwhile.", remedy="Reload the page.")
        version.standard = held
        _settle(version, StandardState.WITHDRAWN, "standard.withdrawn", actor)
    held.retired_at, held.retired_because = clock.now(), why
    held.retired_by = actor.user if isinstance(actor.user, User) else None
    held.save(update_fields=["retired_at", "retired_by", "retired_because", "updated_at"])
    record_event(event="standard.retired", actor=actor, obj=held, private={"reason": why})
    tell_retired(held, why)
    return held


def follow_standard_round(round_: Round, actor: Actor) -> None:
    """Put an approved version in force, in place of the one before; one that was not approved is not.

    Runs in the transaction of the signature.
    """
    version = StandardVersion.objects.filter(round=round_, state=StandardState.PROPOSED).first()
    if version is None or round_.state in (RoundState.OPEN, RoundState.CLOSED):
        return
    held = _held(version.standard)
    version.standard = held
    if round_.state == RoundState.APPROVED:
        before = held.versions.filter(state__in=[StandardState.IN_FORCE, StandardState.SUSPENDED])
        before.update(state=StandardState.SUPERSEDED)
        _settle(version, StandardState.IN_FORCE, "standard.approved", actor)
    else:
        _settle(version, StandardState.REJECTED, "standard.rejected", actor)


def _settle(version: StandardVersion, state: StandardState, event: str, actor: Actor) -> StandardVersion:
    version.state, version.settled_at = state, clock.now()
    version.save(update_fields=["state", "settled_at", "updated_at"])
    record_event(event=event, actor=actor, obj=version.standard, data=_facts(version))
    return version


def _writer(actor: Actor) -> User:
    may_write_standards_now(actor).require()
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person, signed in, writes standard changes.")
    return actor.user


def _numbered() -> Standard:
    """Add a standard change with the next number, held until the transaction ends so that nobody else takes it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERING])
    last = Standard.objects.aggregate(last=Max("number"))["last"]
    return Standard.objects.create(number=(last or 0) + 1)


def _held(standard: Standard) -> Standard:
    return Standard.objects.select_for_update().get(pk=standard.pk)


def _facts(version: StandardVersion) -> dict[str, object]:
    return {"version": version.number, "digest": version.digest}
