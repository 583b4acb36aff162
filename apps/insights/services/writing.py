"""Briefings that people write: begun from the facts, edited, signed by a sponsor over one digest."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import RoundState, TimeUnit
from apps.approvals.models import Round
from apps.approvals.rules import Allowance, Barred, Need, Subject
from apps.approvals.services import close_round, open_round
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.errors import Conflict, Forbidden, Invalid, Stale
from apps.insights.enums import BriefingState
from apps.insights.models import BriefingVersion
from apps.insights.rules.paper import Briefing, briefing_of, document_of
from apps.insights.rules.writing import Words, problems_of, unpublishable, with_words
from apps.insights.selectors.papers import (
    BRIEFING,
    About,
    briefing_about,
    may_write_briefing,
    open_round_of,
    rounds_of_version,
)

TIME_TO_SIGN = Allowance(2, TimeUnit.WORKING_DAYS)
AT_THE_LATEST = timedelta(days=14)
LONGEST_REASON = 2_000
_RISK = 1
"""Below any change in the inbox: a briefing decides nothing by itself."""
_RELOAD = "Reload the page and look again."


@transaction.atomic
def begin_briefing(*, actor: Actor, about: About) -> BriefingVersion:
    """Begin the next version of a briefing with what the facts say now.

    Raises:
        Forbidden: the actor may not write it. Conflict: a draft is in hand.
    """
    author = _writer(actor, about)
    document = document_of(briefing_about(author, about), about.ref)
    last = BriefingVersion.objects.aggregate(number=Max("number"))["number"] or 0
    edition = BriefingVersion.objects.filter(about=about.ref).aggregate(last=Max("edition"))["last"] or 0
    version = BriefingVersion(
        number=last + 1,
        about=about.ref,
        edition=edition + 1,
        document=document,
        digest=digest(document),
        author=author,
    )
    try:
        with transaction.atomic():
            version.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("A draft of this briefing is in hand.", remedy="Go on with that one.") from error
    _record("briefing.begun", actor, version)
    return version


@transaction.atomic
def write_briefing(
    *, actor: Actor, about: About, version: BriefingVersion, words: Words, seen: str
) -> BriefingVersion:
    """Keep a person's words, with the facts and numbers as they are now. Whoever was asked to sign is not any more.

    ``seen`` is the digest of the draft that the writer looked at.

    Raises:
        Forbidden: the actor may not write it. Invalid: at the part that is missing or too long.
        Stale: it is no draft, or somebody has written on it since.
    """
    writer = _writer(actor, about)
    if problems := problems_of(words):
        raise Invalid(problems)
    held = _held_draft(actor, version, seen)
    _keep(held, with_words(briefing_about(writer, about), words))
    _record("briefing.written", actor, held)
    return held


@transaction.atomic
def ask_briefing_signature(
    *, actor: Actor, about: About, version: BriefingVersion, seen: str, because: str = ""
) -> Round:
    """Send a draft out to be signed by a sponsor, as it stands. It is in force once one has signed its digest.

    ``because`` says why it goes out though it reads above the limit. The sponsor may have written it: what is signed
    is that they stand behind these words. Whoever asked for the change it is about may not sign it.

    Raises:
        Forbidden: the actor may not write it. Stale: as for ``write_briefing``.
        Invalid: at ``words`` when it is too long, at ``because`` when it is too hard to read and no reason is given.
        Conflict: it is out to be signed already. NobodyToSign: no sponsor is there who may.
    """
    _writer(actor, about)
    if "\x00" in because or len(because) > LONGEST_REASON:
        raise Invalid({"because": [f"Say why in {LONGEST_REASON:,} plain characters at most."]})
    held = BriefingVersion.objects.select_for_update().get(pk=version.pk)
    _check_draft(held, seen)
    if problems := unpublishable(briefing_of(held.document), because):
        raise Invalid(problems)
    held.hard_because = because.strip()
    held.save(update_fields=["hard_because", "updated_at"])
    need = Need(
        role=Role.SPONSOR,
        question="Do you stand behind this briefing?",
        reason="A sponsor signs what executives read.",
        due_at=clock.now() + AT_THE_LATEST,
        allowed=TIME_TO_SIGN,
    )
    return open_round(
        actor=actor,
        subject=Subject(BRIEFING, held.ref, _title(held), f"/briefings/{held.ref}/"),
        revision=len(rounds_of_version(held)) + 1,
        digest=held.digest,
        risk=_RISK,
        starts_at=None,
        needs=[need],
        barred=_barred(about),
    )


@transaction.atomic
def withdraw_briefing(*, actor: Actor, about: About, version: BriefingVersion) -> BriefingVersion:
    """Give a draft up, and ask nobody about it any more.

    Raises:
        Forbidden: the actor may not write it. Stale: it is no draft.
    """
    _writer(actor, about)
    held = _held_draft(actor, version, version.digest)
    return _settle(actor, held, BriefingState.WITHDRAWN, "briefing.withdrawn")


def follow_briefing_round(round_: Round, actor: Actor) -> None:
    """Put a draft in force that a sponsor signed as it stands. One that was rejected stays a draft, to be mended.

    Runs in the transaction of the signature.
    """
    if round_.state != RoundState.APPROVED:
        return
    number = int(round_.subject_ref.removeprefix("BRF-"))
    held = BriefingVersion.objects.select_for_update().get(number=number)
    if held.state != BriefingState.DRAFT or held.digest != round_.digest:
        return
    before = BriefingVersion.objects.filter(about=held.about, state=BriefingState.SIGNED)
    before.update(state=BriefingState.SUPERSEDED, superseded_at=clock.now())
    _settle(actor, held, BriefingState.SIGNED, "briefing.signed")


def _writer(actor: Actor, about: About) -> User:
    decision = may_write_briefing(actor, about)
    decision.require()
    if not isinstance(actor.user, User):
        raise Forbidden(decision.reason)
    return actor.user


def _held_draft(actor: Actor, version: BriefingVersion, seen: str) -> BriefingVersion:
    """Return the draft, held, with its round closed. Whoever signs holds the round before the draft, so we do too."""
    Round.objects.select_for_update().filter(subject_type=BRIEFING, subject_ref=version.ref).first()
    held = BriefingVersion.objects.select_for_update().get(pk=version.pk)
    _check_draft(held, seen)
    if (asked := open_round_of(held)) is not None:
        close_round(actor=actor, round=asked)
    return held


def _check_draft(held: BriefingVersion, seen: str) -> None:
    if held.state != BriefingState.DRAFT:
        raise Stale(f"{held.ref} is {held.get_state_display().lower()}.", remedy=_RELOAD)
    if held.digest != seen:
        raise Stale("Somebody has written on this draft since you opened it.", remedy=_RELOAD)


def _keep(held: BriefingVersion, briefing: Briefing) -> None:
    held.document = document_of(briefing, held.about)
    held.digest = digest(held.document)
    held.hard_because = ""
    held.save(update_fields=["document", "digest", "hard_because", "updated_at"])


def _settle(actor: Actor, held: BriefingVersion, state: BriefingState, event: str) -> BriefingVersion:
    held.state, held.settled_at = state, clock.now()
    held.save(update_fields=["state", "settled_at", "updated_at"])
    _record(event, actor, held)
    return held


def _barred(about: About) -> list[Barred]:
    if about.change is None:
        return []
    why = "You asked for this change. Nobody signs the briefing of their own."
    return [Barred(about.change.requester_id, why)]


def _title(held: BriefingVersion) -> str:
    return f"Briefing: {held.document['title']}"[:200]


def _record(event: str, actor: Actor, held: BriefingVersion) -> None:
    record_event(
        event=event,
        actor=actor,
        obj=held,
        data={"about": held.about, "version": held.edition, "digest": held.digest},
        private={"reason": held.hard_because} if held.hard_because else None,
    )
