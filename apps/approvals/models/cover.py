"""Who signs in whose place, and until when."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.accounts.enums import GrantScope, Role
from apps.accounts.models import Team
from apps.core.models import Stamped


class Delegation(Stamped):
    """One person signs in another's place, from a day until a day, once they have accepted it.

    It gives nothing that the giver does not hold: whether the giver may sign is asked anew at each signature. It is
    never edited; ``ended_at`` ends it early, or declines it.
    """

    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations_given"
    )
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations_taken"
    )
    role = models.CharField(
        max_length=20, choices=Role, blank=True, help_text="Blank: every role that the giver holds."
    )
    scope = models.CharField(max_length=12, choices=GrantScope, default=GrantScope.EVERYTHING)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    component_key = models.CharField(max_length=200, blank=True)
    away = models.BooleanField(default=False, help_text="The giver is out of office for this time.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="delegation_scope_names_its_object",
                condition=(
                    Q(scope=GrantScope.EVERYTHING, team=None, component_key="")
                    | Q(scope=GrantScope.TEAM, team__isnull=False, component_key="")
                    | (Q(scope=GrantScope.COMPONENT, team=None) & ~Q(component_key=""))
                ),
            ),
            models.CheckConstraint(
                name="delegation_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(name="delegation_to_another", condition=~Q(giver=F("delegate"))),
        ]
        indexes = [
            models.Index(
                fields=["delegate", "ends_at"],
                condition=Q(accepted_at__isnull=False, ended_at=None),
                name="delegations_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegate} for {self.giver}"

    def ledger_ref(self) -> tuple[str, str]:
        """It is a fact about who gives it, so it stands among that person's entries."""
        return "person", str(self.giver_id)
