"""The briefing of the week, to each person who asked for it."""

import logging
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.accounts.models import User
from apps.accounts.selectors import active_grants
from apps.accounts.services import note_briefing
from apps.core import clock
from apps.insights.rules.digest import due_this_week, week_of
from apps.insights.rules.grammar import long_day
from apps.insights.rules.mailed import mailed_text
from apps.insights.rules.paper import briefing_of
from apps.insights.rules.periods import PeriodKind, period_of
from apps.insights.selectors import about_period, period_for, signed_version
from apps.insights.selectors.papers import signatures_of
from apps.outbox.handlers import MailLine
from apps.outbox.models import Notification
from apps.outbox.services import notify

RULE = "briefing.week"
LEAVING = "/account/briefing/"
_log = logging.getLogger(__name__)


def send_briefings() -> int:
    """Send the briefing of the week to everyone who asked for it and for whom it is due; return how many got it.

    It is due from Monday at seven by the reader's clock, however late this runs (DESIGN 4.11). Each person's is a
    transaction of its own: a run that is killed leaves some for the next, and sends nobody two.
    """
    now = clock.now()
    return sum(_sent(user, due) for user, due in _waiting(now))


def line_of_leaving(note: Notification) -> MailLine:  # noqa: ARG001
    """Return the line of the mail by which its reader can leave it. It leads to a page that asks first."""
    return MailLine("You asked for this. You can leave it, after signing in:", LEAVING)


def _waiting(now: datetime) -> list[tuple[User, datetime]]:
    """Return who is to be sent it now, and since when; one query."""
    people = User.objects.filter(
        is_active=True, weekly_briefing=True, pk__in=active_grants().values("user")
    ).order_by("pk")
    dues = [(user, due_this_week(now, ZoneInfo(user.time_zone))) for user in people]
    return [(user, due) for user, due in dues if due <= now and user.briefing_week < week_of(due)]


def _sent(user: User, due: datetime) -> bool:
    """Send one person theirs. What fails is logged, and keeps nobody else from getting theirs."""
    try:
        return _send(user, due)
    except Exception:
        _log.exception("The briefing of the week could not be sent to person %s.", user.pk)
        return False


@transaction.atomic
def _send(user: User, due: datetime) -> bool:
    if not note_briefing(user=user, week=week_of(due)):
        return False
    title, body = _text(user, due.date())
    notify(
        user=user,
        rule=RULE,
        subject=("week", week_of(due)),
        due=due,
        title=title,
        body=body,
        url=f"/briefings/{week_of(due)}/",
    )
    return True


def _text(user: User, day: date) -> tuple[str, str]:
    """Return the title and the text: what a sponsor signed of this week, or else what its facts say now."""
    period = period_of(PeriodKind.WEEK, day)
    signed = signed_version(about_period(period))
    if signed is None:
        briefing, by = period_for(user, period).briefing, ""
    else:
        briefing, zone = briefing_of(signed.document), ZoneInfo(user.time_zone)
        by = " ".join(
            f"Signed by {one.printed_name} on {long_day(one.signed_at, zone, clock.now())}."
            for one in signatures_of(signed)
        )
    return briefing.title, mailed_text(briefing, period.span, by)
