"""The weekly digest: each person, once a week, what touches what their teams own."""

from collections import defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.accounts.models import Team, User
from apps.accounts.selectors import active_grants
from apps.accounts.services import note_digests
from apps.core import clock
from apps.insights.rules.digest import WEEK, Touch, digest_text, due_this_week, week_of
from apps.insights.selectors.touching import touches_of
from apps.outbox.handlers import MailLine
from apps.outbox.models import Notification
from apps.outbox.services import notify

RULE = "calendar.digest"
LEAVING = "/account/digest/"


@transaction.atomic
def send_digests() -> int:
    """Look once a week, for everyone for whom it is due, at what touches their teams; return how many were told.

    It is due from Monday at seven by the reader's clock, however late this runs (DESIGN 4.11). Who has left it, holds
    no role or works in no team gets none. Where nothing touches their teams, nothing comes in that week, whatever is
    planned later in it. A second call sends nothing again, nor does another time zone.
    """
    now = clock.now()
    readers = _waiting(now)
    if not readers:
        return 0
    teams = {team.pk: team for _, _, found in readers for team in found}
    touches = touches_of(teams, now - timedelta(days=1), now + WEEK + timedelta(days=1))
    told = sum(_tell(user, due, found, touches) for user, due, found in readers)
    looked: dict[str, list[int]] = defaultdict(list)
    for user, due, _ in readers:
        looked[week_of(due)].append(user.pk)
    note_digests(looked)
    return told


def line_of_leaving(note: Notification) -> MailLine:  # noqa: ARG001
    """Return the line of a digest's mail by which its reader can leave it. It leads to a page that asks first."""
    return MailLine("You can leave this digest, after signing in:", LEAVING)


def _waiting(now: datetime) -> list[tuple[User, datetime, list[Team]]]:
    """Return who is to be told now, since when, and of which teams; two queries."""
    people = User.objects.filter(
        is_active=True, weekly_digest=True, teams__isnull=False, pk__in=active_grants().values("user")
    ).distinct()
    found = []
    for user in people.prefetch_related("teams").order_by("pk"):
        due = due_this_week(now, ZoneInfo(user.time_zone))
        if due <= now and user.digest_week < week_of(due):
            found.append((user, due, list(user.teams.all())))
    return found


def _tell(user: User, due: datetime, teams: list[Team], touches: dict[int, list[Touch]]) -> bool:
    start, end = clock.now(), due + WEEK
    coming = [
        (team.name, [each for each in touches.get(team.pk, []) if start <= each.start < end])
        for team in teams
    ]
    if not any(found for _, found in coming):
        return False
    refs = {each.ref for _, found in coming for each in found}
    many = "1 change touches" if len(refs) == 1 else f"{len(refs)} changes touch"
    notify(
        user=user,
        rule=RULE,
        subject=("week", week_of(due)),
        due=due,
        title=f"This week {many} what you own",
        body=digest_text(coming, ZoneInfo(user.time_zone)),
        url=f"/calendar/week/?from={due.date()}",
    )
    return True
