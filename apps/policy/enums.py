"""The fixed words of policy."""

from django.db import models


class Stage(models.TextChoices):
    """Where on its way a change is judged."""

    SUBMISSION = "submission", "Submission"
    DATA = "data", "Data"
    FEATURES = "features", "Features"
    MODEL = "model", "Model"
    INTEGRATION = "integration", "Integration"
    PRE_DEPLOY = "pre_deploy", "Before it goes out"
    PROMOTION = "promotion", "Each promotion"


class Effect(models.TextChoices):
    """What a rule does where it applies."""

    REQUIRE = "require", "Must be true"
    DENY = "deny", "Stops the change when true"
    WARN = "warn", "Warns when true"
    SCORE = "score", "Adds points of risk"
    CLASSIFY = "classify", "Says which class it is"
    REVIEW = "review", "Says by when it is reviewed"


STOPPING = frozenset({Effect.REQUIRE, Effect.DENY})


class Severity(models.TextChoices):
    """How grave it is when a rule is not met. It orders the reasons; whether a rule stops is its effect."""

    CRITICAL = "critical", "Critical"
    MAJOR = "major", "Major"
    MINOR = "minor", "Minor"


class Outcome(models.TextChoices):
    """What came of one rule."""

    MET = "met", "Met"
    NOT_MET = "not_met", "Not met"
    WARNED = "warned", "Warned"
    NOT_APPLICABLE = "not_applicable", "Does not apply"
    INCONCLUSIVE = "inconclusive", "Not known"
    WAIVED = "waived", "Waived"


class Overall(models.TextChoices):
    """What a set of rules says of a change. Only ``PASS`` is a pass."""

    PASS = "pass", "Let through"
    DENY = "deny", "Stopped"
    INCONCLUSIVE = "inconclusive", "Not known"


class FactType(models.TextChoices):
    """What kind of value a fact has."""

    YES_NO = "bool", "Yes or no"
    WHOLE = "int", "Whole number"
    NUMBER = "double", "Number"
    TEXT = "string", "Text"
    TEXTS = "texts", "List of texts"
    CHECKS = "checks", "List of checks"


class SetState(models.TextChoices):
    """A version of the rules: one at most is a draft, one at most in force."""

    DRAFT = "draft", "Draft"
    IN_FORCE = "in_force", "In force"
    SUPERSEDED = "superseded", "Superseded"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Way(models.TextChoices):
    """How two sets of rules differ about a change."""

    STOPPED = "stopped", "Newly stopped"
    FREED = "freed", "Freed"
    OTHERWISE = "otherwise", "Stopped otherwise"
    RECLASSIFIED = "reclassified", "Of another class or band"
    WARNED = "warned", "Newly warned"


class WaiverEnd(models.TextChoices):
    """Why a waiver ended before its time."""

    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Taken back"
