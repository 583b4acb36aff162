"""People, teams, what each person may answer for, and tokens for machines."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from apps.accounts.enums import GrantScope, Role, TokenScope
from apps.core.models import Stamped


class Team(Stamped):
    """A team that owns components. ``escalation_contact`` is told when its people do not answer in time."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    department = models.CharField(max_length=120, blank=True)
    cost_centre = models.CharField(max_length=40, blank=True)
    escalation_contact = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="escalations"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def ledger_ref(self) -> tuple[str, str]:
        return "team", self.slug


class User(AbstractUser):
    """A person. Nobody is deleted: a person who leaves is made inactive."""

    time_zone = models.CharField(max_length=64, default="Europe/London", help_text="IANA name; display only.")
    job_title = models.CharField(max_length=120, blank=True)
    teams = models.ManyToManyField(Team, related_name="members", blank=True)
    weekly_digest = models.BooleanField(
        default=True, help_text="Whether they are told each week what touches what their teams own."
    )
    digest_week = models.CharField(
        max_length=8, blank=True, help_text="The last ISO week whose digest was looked at: 2026-W47."
    )

    weekly_briefing = models.BooleanField(
        default=False, help_text="Whether they asked for the briefing of each week by mail."
    )
    briefing_week = models.CharField(
        max_length=8, blank=True, help_text="The last ISO week whose briefing they were sent: 2026-W47."
    )

    grants_now: "list[RoleGrant] | None" = None
    """What this person holds, when ``accounts.selectors.remember_grants`` read it for one page; not a column."""

    class Meta(AbstractUser.Meta):
        ordering = ["first_name", "last_name", "username"]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def ledger_ref(self) -> tuple[str, str]:
        """Name this person in the ledger by number alone (DESIGN 4.10)."""
        return "person", str(self.pk)


class RoleGrant(Stamped):
    """A role held by a person over a scope, from a day until a day (half-open; no end means until revoked).

    A grant is never edited: ``revoked_at`` ends it early and leaves what was granted as it was.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=Role)
    scope = models.CharField(max_length=12, choices=GrantScope, default=GrantScope.EVERYTHING)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="grants")
    # The catalog is a floor above: a component is named here by its key, as it is in every document.
    component_key = models.CharField(max_length=200, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="grant_scope_names_its_object",
                condition=(
                    Q(scope=GrantScope.EVERYTHING, team=None, component_key="")
                    | Q(scope=GrantScope.TEAM, team__isnull=False, component_key="")
                    | (Q(scope=GrantScope.COMPONENT, team=None) & ~Q(component_key=""))
                ),
            ),
            models.CheckConstraint(
                name="grant_ends_after_it_starts",
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
            ),
        ]
        indexes = [models.Index(fields=["role", "scope", "component_key"])]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"

    def ledger_ref(self) -> tuple[str, str]:
        """A grant is a fact about its person, so it stands among that person's entries."""
        return "person", str(self.user_id)


class ApiToken(Stamped):
    """A token that acts for its person. Only a SHA-256 of it is kept, with a public prefix to know it by."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=12, choices=TokenScope))
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    @property
    def scope_names(self) -> list[str]:
        """Return what the token may do, in the words of the form that made it."""
        return [TokenScope(scope).label for scope in self.scopes]

    def ledger_ref(self) -> tuple[str, str]:
        """A token acts as its person, so it stands among that person's entries."""
        return "person", str(self.user_id)


class SavedView(Stamped):
    """A way to look at a page that a person named for themself: the page, and what follows the ``?`` in its address."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="saved_views")
    page = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    shared_with = models.ForeignKey(
        Team,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="shared_views",
        help_text="Whose members see it too. It stays its person's to change.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "page", "name"], name="saved_view_name"),
        ]

    def __str__(self) -> str:
        return self.name
