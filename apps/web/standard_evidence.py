"""What the approvers of a version of a standard change judge by: what it allows, what is new in it, how it went."""

from apps.accounts.models import User
from apps.changes.enums import StandardState
from apps.changes.models import StandardVersion
from apps.changes.rules.standard_words import parts_moved, said_of
from apps.changes.selectors import standard_for, uses_of
from apps.reviews.selectors import outcomes_of
from apps.web.evidence import Block, Facts, Lines, Prose, Table
from apps.web.standard_words import how_it_went


def standard_evidence(user: User, ref: str, number: int) -> list[Block]:
    """Return the evidence on a version such as version 2 of STD-1, from the content whose digest is signed."""
    standard = standard_for(user, ref)
    if standard is None:
        return []
    versions = list(standard.versions.all())
    version = next((one for one in versions if one.number == number), None)
    if version is None:
        return []
    blocks: list[Block] = [
        Prose("Why it should be a standard change", version.reason),
        Prose(
            "What your signature allows",
            "Changes that stay within this go as standard changes: they begin filled in, those who sign have the time "
            "that the policy gives standard changes, and may sign several at once. Who signs is what the policy asks "
            "of standard changes; where it says nothing of them, everyone as before. One that goes beyond this goes "
            "as a normal change.",
        ),
    ]
    before = before_of(version, versions)
    if before is not None:
        moved = [[one.label, one.before, one.after] for one in parts_moved(before.content, version.content)]
        blocks.append(
            Table(f"What is different from version {before.number}", ["Part", "Before", "Now"], moved)
        )
        outcomes = outcomes_of(uses_of(user, standard))
        blocks.append(Prose("How changes made from it went", how_it_went(outcomes.values())))
    parts = said_of(version.content)
    listed = [one for one in parts if len(one.lines) > 1 or one.numbered]
    blocks.append(Facts("What it says", [(one.label, one.text) for one in parts if one not in listed]))
    return blocks + [Lines(one.label, list(one.words)) for one in listed]


def before_of(version: StandardVersion, versions: list[StandardVersion]) -> StandardVersion | None:
    """Return the version that people would use without this one: the last before it that was ever in force."""
    used = (StandardState.IN_FORCE, StandardState.SUSPENDED, StandardState.SUPERSEDED)
    return next((one for one in versions if one.number < version.number and one.state in used), None)
