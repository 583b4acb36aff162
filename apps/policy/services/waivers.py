"""Waivers of rules: asked for, granted once they are signed, and ended."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.clock import iso
from apps.core.errors import Conflict, Forbidden, Invalid, Stale
from apps.policy.enums import WaiverEnd
from apps.policy.models import RuleWaiver
from apps.policy.rules import LONGEST
from apps.policy.selectors import may_ask_waiver, may_end_waiver

LONGEST_TEXT = 2_000
LONGEST_SCOPE = 200


@transaction.atomic
def ask_waiver(
    *,
    actor: Actor,
    rule: str,
    title: str,
    says: str,
    scope: str,
    reason: str,
    compensating: str,
    until: datetime,
) -> RuleWaiver:
    """Write what a waiver would be. It sets nothing aside until it is granted.

    ``rule`` is the id of a rule or a check, ``title`` what people call it, and ``says`` the SHA-256 of what it says:
    the waiver covers nothing that says otherwise. ``scope`` is the reference of one change or component. That there
    are such ones, and that the actor may see them, is asked by the floor above.

    Raises:
        Forbidden: the actor is no person who proposes, approves or manages changes.
        Invalid: at the field. Conflict: one is asked for already.
    """
    may_ask_waiver(actor).require()
    if not isinstance(actor.user, User):
        raise Forbidden("A person asks for a waiver.")
    _check(
        scope=_scope_problem(scope),
        reason=_text_problem(reason, "Say why the rule should not hold here."),
        compensating=_text_problem(compensating, "Say what you do instead, so that it is safe."),
        until=_until_problem(until),
    )
    if RuleWaiver.objects.filter(rule=rule, scope=scope, granted_at=None, ended_at=None).exists():
        raise Conflict(f"A waiver of “{title}” for {scope} is asked for already.", remedy="Open that one.")
    waiver = RuleWaiver(
        number=1 + (RuleWaiver.objects.aggregate(last=Max("number"))["last"] or 0),
        rule=rule,
        scope=scope,
        reason=reason.strip(),
        compensating=compensating.strip(),
        until=until,
        asked_by=actor.user,
        asked_at=clock.now(),
    )
    waiver.content = _signed_content(waiver) | {"title": title, "says": says}
    waiver.digest = digest(waiver.content)
    try:
        with transaction.atomic():
            waiver.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("Somebody asked for a waiver at the same moment.", remedy="Send it again.") from error
    _record("rule_waiver.asked", actor, waiver, {"reason": waiver.reason, "note": waiver.compensating})
    return waiver


@transaction.atomic
def grant_waiver(
    *, actor: Actor, waiver: RuleWaiver, approved: str, granted_by: Collection[int]
) -> RuleWaiver:
    """Let a waiver count from now on that everyone has signed. Twice is once; one that has ended stays ended.

    ``approved`` is the digest that these people signed; that they did is asked by the floor above (see
    ``publish_set``).

    Raises:
        Stale: they signed something else.
    """
    held = _held(waiver)
    if held.digest != approved:
        raise Stale("The waiver is not what was approved.", remedy="Ask for a new one.")
    if held.granted_at is None and held.ended_at is None:
        held.granted_at = clock.now()
        held.save(update_fields=["granted_at", "updated_at"])
        held.granted_by.set(granted_by)
        _record("rule_waiver.granted", actor, held, {})
    return held


@transaction.atomic
def refuse_waiver(*, actor: Actor, waiver: RuleWaiver) -> RuleWaiver:
    """End a waiver that was not signed. Twice is once.

    Raises:
        Stale: it is granted. Take it back instead.
    """
    held = _held(waiver)
    if held.granted_at is not None:
        raise Stale(f"{held.ref} is granted.", remedy="Take it back instead.")
    return _ended(actor, held, WaiverEnd.REFUSED, "rule_waiver.refused")


@transaction.atomic
def end_waiver(*, actor: Actor, waiver: RuleWaiver) -> RuleWaiver:
    """Take a waiver back before its time: from now on the rule counts again. Twice is once, and so is too late.

    Raises:
        Forbidden: the actor is neither who asked for it nor a Change Manager over everything.
    """
    may_end_waiver(actor, waiver).require()
    held = _held(waiver)
    ran_out = held.granted_at is not None and held.until <= clock.now()
    return held if ran_out else _ended(actor, held, WaiverEnd.WITHDRAWN, "rule_waiver.withdrawn")


def _held(waiver: RuleWaiver) -> RuleWaiver:
    return RuleWaiver.objects.select_for_update().get(pk=waiver.pk)


def _ended(actor: Actor, held: RuleWaiver, because: WaiverEnd, event: str) -> RuleWaiver:
    if held.ended_at is None:
        held.ended_at = clock.now()
        held.ended_because = because
        held.save(update_fields=["ended_at", "ended_because", "updated_at"])
        _record(event, actor, held, {})
    return held


def _record(event: str, actor: Actor, held: RuleWaiver, private: dict[str, str]) -> None:
    data = {"rule": held.rule, "scope": held.scope, "until": iso(held.until), "digest": held.digest}
    record_event(event=event, actor=actor, obj=held, data=data, private=private)


def _signed_content(waiver: RuleWaiver) -> dict[str, str]:
    return {
        "waiver": waiver.ref,
        "rule": waiver.rule,
        "scope": waiver.scope,
        "until": iso(waiver.until),
        "reason": waiver.reason,
        "compensating": waiver.compensating,
    }


def _scope_problem(scope: str) -> str:
    fits = 0 < len(scope) <= LONGEST_SCOPE and scope.isprintable()
    return "" if fits else "Say for which change or component it is."


def _until_problem(until: datetime) -> str:
    if until <= clock.now():
        return "This time has passed. A waiver ends in the future."
    if until > clock.now() + LONGEST:
        return f"A waiver lasts at most {LONGEST.days} days. Choose an earlier end."
    return ""


def _text_problem(text: str, missing: str) -> str:
    if not text.strip():
        return missing
    if "\x00" in text:
        return "Take out the null character: it cannot be stored."
    return (
        f"Shorten this to {LONGEST_TEXT:,} characters. It has {len(text):,}."
        if len(text) > LONGEST_TEXT
        else ""
    )


def _check(**problems: str) -> None:
    found = {name: [problem] for name, problem in problems.items() if problem}
    if found:
        raise Invalid(found)
