"""How a change turned out, and what a review can say about it."""

from django.db import models


class ReviewState(models.TextChoices):
    OPEN = "open", "Open"
    SIGNED = "signed", "Signed"


class Outcome(models.TextChoices):
    SUCCESSFUL = "successful", "Successful"
    WITH_ISSUES = "with_issues", "Successful with issues"
    ROLLED_BACK = "rolled_back", "Rolled back"
    FAILED = "failed", "Failed"


WENT_WRONG = (Outcome.ROLLED_BACK, Outcome.FAILED)


class Verdict(models.TextChoices):
    """How a success metric compares with what was promised."""

    MET = "met", "Met its target"
    WITHIN_BOUND = "within_bound", "Off target, within its bound"
    MISSED = "missed", "Missed"
    NOT_MEASURED = "not_measured", "Not measured"


class Theme(models.TextChoices):
    """What kind of thing made trouble likely. The list is short and fixed, so that years can be compared."""

    DATA = "data", "Data"
    MODEL = "model", "Model behaviour"
    CODE = "code", "Code or configuration"
    TESTS = "tests", "Tests and checks"
    MONITORING = "monitoring", "Monitoring"
    WAY_BACK = "way_back", "The way back"
    DEPENDENCY = "dependency", "Something it relies on"
    CAPACITY = "capacity", "Capacity"
    TIMING = "timing", "Timing and planning"
    COMMUNICATION = "communication", "Communication"


class Felt(models.TextChoices):
    """How a change was for a service, in the words of whoever answers for it."""

    BETTER = "better", "Better than before"
    AS_EXPECTED = "as_expected", "As we expected"
    WORSE = "worse", "Worse than before"
    NOT_KNOWN = "not_known", "We cannot tell"


class Becomes(models.TextChoices):
    """What an action can turn into: a version of something that later changes are held to."""

    RULES = "rules", "A version of the rules"
    CHECKS = "checks", "A version of the checks"
    TEMPLATE = "template", "A version of a template"
    STANDARD = "standard", "A version of a standard change"
    PLAYBOOK = "playbook", "A version of a playbook"
