"""The briefings that people wrote: what each is about, its versions, and who may write and read one."""

from dataclasses import dataclass

from django.db.models import QuerySet

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import holds_any_role, roles_of
from apps.approvals.enums import RoundState, SignatureDecision
from apps.approvals.models import Round, Signature
from apps.changes.models import Change
from apps.changes.selectors import change_for, is_revised_by_other
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied
from apps.insights.enums import BriefingState
from apps.insights.models import BriefingVersion
from apps.insights.rules.covering import Portfolio
from apps.insights.rules.paper import Briefing
from apps.insights.rules.periods import Period, period_named
from apps.insights.selectors.briefings import briefing_for
from apps.insights.selectors.covering import period_for
from apps.insights.selectors.portfolios import portfolio_for

BRIEFING = "briefing"
_WRITERS = {Role.SPONSOR, Role.CHANGE_MANAGER}


@dataclass(frozen=True)
class About:
    """What a briefing is about: a change, or a period and perhaps a portfolio in it."""

    ref: str
    change: Change | None = None
    period: Period | None = None
    portfolio: Portfolio | None = None


def about_for(user: User, ref: str) -> About | None:
    """Return what a reference names, as far as a person may see it: ``CHG-1042``, ``2026-Q4/team/lending``; or None."""
    name, _, rest = ref.partition("/")
    period = period_named(name)
    if period is None:
        change = change_for(user, ref) if ref.startswith("CHG-") else None
        return None if change is None or is_revised_by_other(change, user) else About(change.ref, change)
    if not holds_any_role(user):
        return None
    if not rest:
        return About(period.name, period=period)
    kind, _, named = rest.partition("/")
    portfolio = portfolio_for(user, kind, named)
    return about_period(period, portfolio) if portfolio else None


def about_period(period: Period, portfolio: Portfolio | None = None) -> About:
    """Return what the briefing of a period, or of a portfolio in it, is about."""
    ref = f"{period.name}/{portfolio.kind}/{portfolio.ref}" if portfolio else period.name
    return About(ref, period=period, portfolio=portfolio)


def briefing_about(user: User, about: About) -> Briefing:
    """Return what the facts say now, as far as a person may see them; constant queries."""
    if about.change is not None:
        return briefing_for(about.change)
    assert about.period is not None
    return period_for(user, about.period, about.portfolio).briefing


def versions_for(user: User, about: About | None = None) -> QuerySet[BriefingVersion]:
    """Return the versions that a person may look for, newest first, each with its author; none without a role.

    Drafts are for those who write briefings. One about a change is read by whoever reads the change, so a list of all
    holds those of periods alone.
    """
    if not holds_any_role(user):
        return BriefingVersion.objects.none()
    found = BriefingVersion.objects.select_related("author")
    found = found.filter(about=about.ref) if about else found.exclude(about__startswith="CHG-")
    if not _WRITERS & set(roles_of(user)):
        found = found.exclude(state__in=(BriefingState.DRAFT, BriefingState.WITHDRAWN))
    return found


def version_for(user: User, number: int) -> BriefingVersion | None:
    """Return a version that a person may read, with its author, or None."""
    found = BriefingVersion.objects.select_related("author").filter(number=number).first()
    if found is None:
        return None
    about = about_for(user, found.about)
    if about is None:
        return None
    unsigned = found.state in (BriefingState.DRAFT, BriefingState.WITHDRAWN)
    writes = bool(_WRITERS & set(roles_of(user))) or found.author_id == user.pk
    return None if unsigned and not writes else found


def version_exists(number: int) -> bool:
    """Return whether there is such a version, whoever may read it; for the record of a denial alone."""
    return BriefingVersion.objects.filter(number=number).exists()


def signed_version(about: About) -> BriefingVersion | None:
    """Return the version that is signed and in force, or None. ``about`` was fetched for a person."""
    return BriefingVersion.objects.filter(about=about.ref, state=BriefingState.SIGNED).first()


def draft_version(about: About) -> BriefingVersion | None:
    """Return the draft in hand, or None. ``about`` was fetched for a person."""
    return BriefingVersion.objects.filter(about=about.ref, state=BriefingState.DRAFT).first()


def may_write_briefing(actor: Actor, about: About) -> Decision:
    """Return whether an actor may write a briefing: a sponsor, a Change Manager, or who asked for the change."""
    user = actor.user
    if isinstance(user, User):
        own = about.change is not None and about.change.requester_id == user.pk
        if own or _WRITERS & set(roles_of(user)):
            return ALLOWED
    return denied(
        "Sponsors, Change Managers and whoever asked for a change write its briefing.", "Ask one of them."
    )


def rounds_of_version(version: BriefingVersion) -> list[Round]:
    """Return every round over a version, the last first."""
    return list(Round.objects.filter(subject_type=BRIEFING, subject_ref=version.ref).order_by("-revision"))


def open_round_of(version: BriefingVersion) -> Round | None:
    """Return the round in which a version is out to be signed, or None."""
    return next((one for one in rounds_of_version(version) if one.state == RoundState.OPEN), None)


def signatures_of(version: BriefingVersion) -> list[Signature]:
    """Return the signatures that put a version in force, each with its signer; none of one that is not signed."""
    found = Signature.objects.filter(
        requirement__round__subject_type=BRIEFING,
        requirement__round__subject_ref=version.ref,
        decision=SignatureDecision.APPROVE,
        digest=version.digest,
        withdrawn_at=None,
    )
    return list(found.select_related("signer", "on_behalf_of", "requirement").order_by("signed_at"))
