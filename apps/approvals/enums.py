"""The states of rounds and requirements, and what a person may decide."""

from django.db import models


class RoundState(models.TextChoices):
    OPEN = "open", "Open"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    CLOSED = "closed", "Closed without a decision"


class RequirementState(models.TextChoices):
    OPEN = "open", "Not signed yet"
    MET = "met", "Signed"
    REJECTED = "rejected", "Rejected"
    LAPSED = "lapsed", "No longer asked"


class SignatureDecision(models.TextChoices):
    APPROVE = "approve", "Approve"
    REJECT = "reject", "Reject"


class InquiryEnd(models.TextChoices):
    """What came of a question. Blank while it is open."""

    ANSWERED = "answered", "Answered"
    TAKEN_BACK = "taken_back", "Taken back"


class AuthMethod(models.TextChoices):
    """How the signer proved who they are, at the time of signing."""

    PASSWORD = "password", "Password"
    TOKEN = "token", "API token and password"
