"""Rounds of approval over any digest: who is asked, who is barred, and who signed."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from apps.accounts.enums import Role
from apps.accounts.models import Team
from apps.approvals.enums import (
    AuthMethod,
    RequirementState,
    RoundState,
    SignatureDecision,
    Step,
    SubjectClass,
    TimeUnit,
)
from apps.core.models import Stamped


class Round(Stamped):
    """One asking of everyone who must sign one digest. ``subject_*`` names what is signed."""

    subject_type = models.CharField(max_length=20, help_text="As in the ledger: change, card, …")
    subject_ref = models.CharField(max_length=40, help_text="As a person names it: CHG-1042.")
    subject_title = models.CharField(max_length=200)
    subject_url = models.CharField(max_length=200)
    revision = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    risk = models.PositiveSmallIntegerField(default=2, help_text="1 low to 4 very high; sorts the inbox.")
    subject_class = models.CharField(
        max_length=10,
        choices=SubjectClass,
        blank=True,
        default="",
        help_text="The class of what is signed, as it was submitted; empty where it has none.",
    )
    starts_at = models.DateTimeField(null=True, blank=True, help_text="When what is signed would begin.")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rounds_opened",
    )
    policy_version = models.PositiveIntegerField(
        null=True, blank=True, help_text="The approval policy that asked; empty where none did."
    )
    policy_digest = models.CharField(max_length=64, blank=True, default="")
    fresh_minutes = models.PositiveSmallIntegerField(
        default=0, help_text="For how long a proof of who one is serves to sign; 0: each signature asks."
    )
    least_seconds = models.PositiveSmallIntegerField(
        default=20,
        help_text="A signature after fewer in view, with no evidence opened, is pointed out; 0: none.",
    )
    state = models.CharField(max_length=10, choices=RoundState, default=RoundState.OPEN)
    went_ahead_at = models.DateTimeField(
        null=True, blank=True, help_text="When one person let it go ahead before everyone had signed."
    )
    began_at = models.DateTimeField(
        null=True, blank=True, help_text="When what is asked about really started."
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    stands_since = models.DateTimeField(
        null=True, blank=True, help_text="Since when all its clocks stand: what is signed is on hold."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_ref"],
                condition=Q(state=RoundState.OPEN),
                name="one_open_round",
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_ref", "revision"], name="round_once_a_revision"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_ref}, revision {self.revision}"

    @property
    def freshness(self) -> timedelta:
        """Return how old a proof from earlier in a session may be, as the policy said when the round was opened."""
        return timedelta(minutes=self.fresh_minutes)

    @property
    def may_go(self) -> bool:
        """Return whether what it asks about may go: everyone has signed, or one person let it go ahead of them."""
        went_ahead = self.state == RoundState.OPEN and self.went_ahead_at is not None
        return went_ahead or self.state == RoundState.APPROVED

    def ledger_ref(self) -> tuple[str, str]:
        return self.subject_type, self.subject_ref


class Requirement(Stamped):
    """A role that must sign a round, for one component or for the whole, with a quorum of at least one."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="requirements")
    role = models.CharField(max_length=20, choices=Role)
    component_key = models.CharField(max_length=200, blank=True, help_text="Blank: for the whole.")
    component_label = models.CharField(max_length=200, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    question = models.CharField(max_length=300, help_text="What this role judges, as a question.")
    reason = models.CharField(max_length=300, help_text="Why this role is asked.")
    quorum = models.PositiveSmallIntegerField(default=1)
    named: "ArrayField[list[int], list[int]]" = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        help_text="The only people who may sign; empty: any.",
    )
    stage = models.PositiveSmallIntegerField(
        default=1, help_text="Asked once every requirement of lower stages is met."
    )
    rule = models.CharField(max_length=40, blank=True, default="", help_text="The policy's rule that asked.")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=RequirementState, default=RequirementState.OPEN)
    time_unit = models.CharField(max_length=12, choices=TimeUnit, default=TimeUnit.HOURS)
    time_zone = models.CharField(
        max_length=64, default="UTC", help_text="By whose clocks working days are counted."
    )
    next_step = models.CharField(max_length=10, choices=Step, default=Step.REMIND)
    next_step_at = models.DateTimeField(help_text="When the next step is taken, if nobody decides before.")
    paused_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when its clock stands, for a question that a signer asked."
    )
    paused_for = models.DurationField(
        default=timedelta(0), help_text="How long its clock stood before; due_at has moved by that."
    )
    handed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The team's contact, who may sign because nobody who holds the role is left.",
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "role", "component_key"], name="requirement_once_a_round"
            ),
            models.CheckConstraint(name="quorum_at_least_one", condition=Q(quorum__gte=1)),
        ]
        indexes = [
            models.Index(
                fields=["role", "team", "due_at"], condition=Q(state="open"), name="open_requirements_team"
            ),
            models.Index(
                fields=["role", "component_key", "due_at"],
                condition=Q(state="open"),
                name="open_requirements",
            ),
            models.Index(fields=["role", "due_at"], condition=Q(state="open"), name="open_requirements_role"),
            models.Index(fields=["due_at"], condition=Q(state="open"), name="open_requirements_due"),
            models.Index(fields=["next_step_at"], condition=Q(state="open"), name="open_requirements_step"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} for {self.component_label or 'the whole'}"


class Bar(models.Model):
    """Someone who may not sign a round (or one requirement of it), with the reason. See DESIGN 4.3."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="bars")
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, null=True, blank=True, related_name="bars"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "requirement", "user"], name="bar_once", nulls_distinct=False
            )
        ]


class Signature(models.Model):
    """A person's decision on one digest, with its meaning in words and how they were authenticated.

    Source: 21 CFR 11.50 (name, time, meaning) and 11.70 (bound to its record). The note is free text: the
    ledger holds it only as a salted digest.
    """

    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="signatures")
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signatures")
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="signatures_for",
        help_text="In whose place the signer signed; empty when in their own right.",
    )
    decision = models.CharField(max_length=10, choices=SignatureDecision)
    digest = models.CharField(max_length=64)
    meaning = models.CharField(max_length=300)
    note = models.TextField(blank=True)
    auth_method = models.CharField(max_length=10, choices=AuthMethod)
    authenticated_at = models.DateTimeField(
        null=True, blank=True, help_text="When the signer proved who they are."
    )
    nonce = models.CharField(
        max_length=64, blank=True, default="", help_text="The showing of the page that it answers."
    )
    checked = models.JSONField(default=list, blank=True, help_text="What the signer said they had checked.")
    signed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text="When the signer took it back; empty while it stands."
    )
    attestation = models.TextField(blank=True, default="")
    attestation_digest = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_index=True,
        help_text="SHA-256 of the attestation, as the ledger names it.",
    )

    class Meta:
        ordering = ["signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["requirement", "signer"],
                condition=Q(withdrawn_at=None) & ~Q(decision=SignatureDecision.WITHDRAW),
                name="signed_once",
            ),
            models.UniqueConstraint(
                fields=["requirement", "on_behalf_of"],
                condition=Q(withdrawn_at=None) & ~Q(decision=SignatureDecision.WITHDRAW),
                name="signed_once_for",
            ),
        ]
        indexes = [
            models.Index(fields=["signer", "-signed_at"]),
            models.Index(fields=["signed_at"], name="signatures_signed"),
        ]

    @property
    def given_word(self) -> str:
        """Return what the signer did, in a word or two: “Approved”."""
        return {"approve": "Approved", "reject": "Rejected", "abstain": "Abstained"}.get(
            self.decision, "Took it back"
        )

    @property
    def printed_name(self) -> str:
        """Return who signed, and in whose place: “Ben Roe for Ann Doe” (21 CFR 11.50(a)(1))."""
        return f"{self.signer} for {self.on_behalf_of}" if self.on_behalf_of else str(self.signer)
