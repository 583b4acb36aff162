"""What a person is asked about the roles that they hold."""

from django.db.models import Exists, F, OuterRef, QuerySet

from apps.accounts.models import RoleGrant, User
from apps.accounts.selectors import active_grants
from apps.approvals.models import OwnershipCheck
from apps.approvals.rules.ownership import ASKED_ROLES, quarter_of, quarter_start
from apps.core import clock


def open_checks() -> QuerySet[OwnershipCheck]:
    """Return what is not answered, of grants that are still in force: of each, what was asked last.

    Who did not answer in one quarter is asked in the next, and answers once.
    """
    newer = OwnershipCheck.objects.filter(grant=OuterRef("grant"), quarter__gt=OuterRef("quarter"))
    found = OwnershipCheck.objects.filter(~Exists(newer), answer="", grant__in=active_grants())
    return found.select_related("grant__user", "grant__team__escalation_contact")


def checks_of(user: User) -> QuerySet[OwnershipCheck]:
    """Return what a person has not answered yet, soonest due first."""
    return open_checks().filter(grant__user=user)


def check_for(user: User, number: int) -> OwnershipCheck | None:
    """Return a question that a person is asked, answered or not, or None."""
    mine = OwnershipCheck.objects.filter(pk=number, grant__user=user)
    return mine.select_related("grant__user", "grant__team").first()


def check_exists(number: int) -> bool:
    """Return whether there is such a question, so that a refused look can be told from a wrong address."""
    return OwnershipCheck.objects.filter(pk=number).exists()


def grants_to_ask() -> QuerySet[RoleGrant]:
    """Return the grants that signing rests on, held since before this quarter, and not asked about in it."""
    now = clock.now()
    asked = OwnershipCheck.objects.filter(grant=OuterRef("pk"), quarter=quarter_of(now))
    return active_grants(now).filter(~Exists(asked), role__in=ASKED_ROLES, valid_from__lt=quarter_start(now))


def overdue_checks() -> QuerySet[OwnershipCheck]:
    """Return what is overdue and was told to nobody else yet."""
    return open_checks().filter(due_at__lte=clock.now(), escalated_at=None).order_by(F("due_at"), "pk")
