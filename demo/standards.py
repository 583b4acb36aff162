"""The standard changes of the demo organisation: what a story does that was approved once, and is done again."""

from datetime import datetime, timedelta

from apps.approvals.selectors import standing
from apps.changes import services as changes
from apps.changes.models import Change, Standard, StandardVersion
from apps.changes.rules.standards import StandardInput, StandardStep
from apps.core import clock
from apps.core.actors import Actor
from demo.signing import decide
from demo.stories import STORIES, Story

DAYS_BEFORE = 60
REASON = (
    "We do this each month, and it has gone well each time. Agreed once, it takes less time: it begins filled in, "
    "those who judge it have one working day, and sign it together with others of its kind."
)


def approve_standards(now: datetime, writer: Actor) -> None:
    """Have the kinds of change that stories repeat approved, some time before."""
    for story in STORIES:
        if story.change_class == "standard":
            with clock.moved_to(now - timedelta(days=DAYS_BEFORE)):
                approve_standard(story, writer, now)


def approve_standard(story: Story, writer: Actor, now: datetime) -> None:
    """Write down what a story does as a standard change, and let everyone who is asked approve it."""
    version = changes.write_standard(actor=writer, given=told(story, now))
    # The database writes down when a row is made by its own clock, which the demonstration does not move.
    StandardVersion.objects.filter(pk=version.pk).update(created_at=clock.now())
    version = changes.propose_standard(actor=writer, version=version, reason=REASON)
    assert version.round is not None
    for row in standing(version.round):
        decide(row.eligible[0], row.requirement, "approve")


def told(story: Story, now: datetime) -> StandardInput:
    """Return what a story does as a standard change says it."""
    return StandardInput(
        title=story.title,
        summary=story.summary,
        outcome=story.outcome,
        components=tuple(key for key, _ in story.items),
        steps=tuple(StandardStep(text, minutes) for text, _, minutes, _ in story.steps),
        most_minutes=int(story.hours * 60),
        rollback_plan=story.back,
        rollback_minutes=story.back_minutes,
        criteria=tuple(story.criteria),
        risks=tuple(row[0] for row in story.risks),
        most_uses=12,
        review_by=(now + timedelta(days=300)).date(),
    )


def begin(story: Story, who: Actor) -> Change:
    """Begin the change of a story: from its standard change, where it is one."""
    if story.change_class != "standard":
        return changes.start_draft(actor=who)
    standard = next(
        one
        for one in Standard.objects.all()
        if one.versions.filter(content__title=story.title, state="in_force").exists()
    )
    return changes.start_from_standard(actor=who, standard=standard)
