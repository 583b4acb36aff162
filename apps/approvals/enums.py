"""The states of rounds and requirements, and what a person may decide."""

from django.db import models


class RoundState(models.TextChoices):
    OPEN = "open", "Open"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    CLOSED = "closed", "Closed without a decision"
    EXPIRED = "expired", "Given up: not decided in time"


class RequirementState(models.TextChoices):
    WAITING = "waiting", "Asked later"
    OPEN = "open", "Not signed yet"
    MET = "met", "Signed"
    REJECTED = "rejected", "Rejected"
    LAPSED = "lapsed", "No longer asked"


class SignatureDecision(models.TextChoices):
    APPROVE = "approve", "Approve"
    REJECT = "reject", "Reject"
    ABSTAIN = "abstain", "Abstain"
    WITHDRAW = "withdraw", "Take back"


DECISIONS = (SignatureDecision.APPROVE, SignatureDecision.REJECT, SignatureDecision.ABSTAIN)
"""What a person who is asked may choose."""

UNDECIDED = (RequirementState.WAITING, RequirementState.OPEN)
"""What is asked now or later: neither met, nor rejected, nor lapsed."""


class BreakGlassEnd(models.TextChoices):
    """What came of a round that went ahead before everyone had signed. Blank while those passed over have yet to."""

    SIGNED = "signed", "Signed afterwards"
    REFUSED = "refused", "Refused afterwards"
    UNUSED = "unused", "Never used"


class InquiryEnd(models.TextChoices):
    """What came of a question. Blank while it is open."""

    ANSWERED = "answered", "Answered"
    TAKEN_BACK = "taken_back", "Taken back"


class AuthMethod(models.TextChoices):
    """How the signer proved who they are, at the time of signing."""

    PASSWORD = "password", "Password"
    CODE = "code", "Password and code"
    PASSKEY = "passkey", "Passkey"
    TOKEN = "token", "API token and password"


class PolicyState(models.TextChoices):
    """A version of the policy: one is in force at a time, and one at most is proposed."""

    PROPOSED = "proposed", "Out for approval"
    IN_FORCE = "in_force", "In force"
    SUPERSEDED = "superseded", "Superseded"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Touch(models.TextChoices):
    """What a change does with a component: the three ways in which a rule can find it."""

    MOVED = "moved", "Moved"
    REACHED = "reached", "Reached"
    PROMISED = "promised", "Bound by a data contract"


class Band(models.TextChoices):
    """The four bands of risk, lowest first."""

    LOW = "low", "Low"
    MODERATE = "moderate", "Moderate"
    HIGH = "high", "High"
    SEVERE = "severe", "Severe"


class SubjectClass(models.TextChoices):
    """The classes of what is signed. A test holds them to those of a change, which lives a floor above."""

    STANDARD = "standard", "Standard"
    NORMAL = "normal", "Normal"
    URGENT = "urgent", "Urgent"


class OwnershipAnswer(models.TextChoices):
    """What the holder of a role says when asked whether it is still theirs."""

    CONFIRMED = "confirmed", "Still mine"
    HANDED_OVER = "handed_over", "Should go to another"


class TimeUnit(models.TextChoices):
    """What the time to decide is counted in."""

    HOURS = "hours", "Hours"
    WORKING_DAYS = "working_days", "Working days"


class Step(models.TextChoices):
    """What happens next when nobody decides, in order."""

    REMIND = "remind", "A reminder"
    DUE = "due", "It is due"
    CONTACT = "contact", "To the team's contact"
    MANAGERS = "managers", "To the Change Managers"
    EXPIRE = "expire", "Back to whoever asked"
