"""What templates are for, and the lives of a template, a document, a playbook and a course."""

from django.db import models


class TemplateKind(models.TextChoices):
    """What a document made with the template is (DESIGN 1, Artifact)."""

    CHANGE_REQUEST = "change_request", "Change request"
    IMPACT_ASSESSMENT = "impact_assessment", "Impact assessment"
    ROLLBACK_PLAN = "rollback_plan", "Rollback plan"
    TEST_REPORT = "test_report", "Test plan and results"
    COMMUNICATION_PLAN = "communication_plan", "Communication plan"
    THRESHOLD_RATIONALE = "threshold_rationale", "Threshold rationale"


class UseState(models.TextChoices):
    """Whether people use a template, a playbook or a course."""

    ACTIVE = "active", "In use"
    RETIRED = "retired", "Retired"


class Training(models.TextChoices):
    """How a person stands with a course that a role of theirs asks for."""

    HELD = "held", "Holds it"
    SOON = "soon", "Runs out soon"
    LACKING = "lacking", "Lacks it"


class Urgency(models.TextChoices):
    """How soon a step of a playbook is due. The tree begins with what cannot wait."""

    NOW = "Now"
    HOUR = "Within the hour"
    DAY = "Today"
    WEEK = "This week"


class DocumentState(models.TextChoices):
    DRAFT = "draft", "Draft"
    FINISHED = "finished", "Finished"


class FieldKind(models.TextChoices):
    """How a question is answered: the whole of the JSON Schema that templates may use."""

    TEXT = "text", "One line of text"
    LONG = "long", "Longer text"
    NUMBER = "number", "Number"
    INTEGER = "integer", "Whole number"
    YES_NO = "yes_no", "Tick box"
    CHOICE = "choice", "Choice from a list"
    DATE = "date", "Date"
    ROWS = "rows", "Rows of several answers"


class DrillState(models.TextChoices):
    PLANNED = "planned", "Planned"
    RUNNING = "running", "Under way"
    FINISHED = "finished", "Finished"
    CANCELLED = "cancelled", "Cancelled"


class DrillStep(models.TextChoices):
    """What is timed of a drill, in the order in which it comes."""

    SUBMITTED = "submitted", "Submitted"
    SIGNED = "signed", "Signed by everyone"
    SCHEDULED = "scheduled", "Scheduled"
    STARTED = "started", "Rollout begun"
    COMPLETED = "completed", "Rollout finished"
    ROLLED_BACK = "rolled_back", "Rolled back"
    REVIEW_OPENED = "review_opened", "Review opened"
    REVIEW_SIGNED = "review_signed", "Review signed"
