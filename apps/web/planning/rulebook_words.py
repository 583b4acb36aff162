"""What differs between two versions of the calendar's rules, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.calendar.enums import ConflictKind
from apps.calendar.models import Rulebook as Stored
from apps.calendar.rules import Limit, Rulebook, in_hours, rulebook_from
from apps.changes.enums import ChangeClass
from apps.insights.rules.grammar import count
from apps.web.planning.marks import facets_words


@dataclass(frozen=True)
class Edit:
    """One part of the rules, as it was and as it is to be."""

    part: str
    before: str
    after: str


def edits_between(old: Rulebook, new: Rulebook) -> list[Edit]:
    """Return each part that differs, in the order of the form."""
    before, after = _parts(old), _parts(new)
    both = dict.fromkeys([*before, *after])
    found = [Edit(part, before.get(part, "None"), after.get(part, "None")) for part in both]
    return [edit for edit in found if edit.before != edit.after]


def versions_told(versions: Iterable[Stored]) -> list[tuple[Stored, list[Edit]]]:
    """Return versions, which come newest first, each with what it changed of the one before."""
    told = []
    before = Rulebook()
    for version in reversed(list(versions)):
        rulebook = rulebook_from(version.document)
        told.append((version, edits_between(before, rulebook)))
        before = rulebook
    return told[::-1]


def _parts(rulebook: Rulebook) -> dict[str, str]:
    """Return each part of a rulebook in words; what is not asked for is left out."""
    return {
        **{f"{kind.label}, weight": rulebook.severities[kind].label for kind in ConflictKind},
        "Steps by reading": _steps(rulebook.reads),
        "Steps by writing": _steps(rulebook.writes),
        "Back to back": in_hours(rulebook.back_to_back),
        **{f"Quiet time, tier {tier}": in_hours(span) for tier, span in sorted(rulebook.cooldown.items())},
        **{f"Limit “{limit.name}”": _limit(limit) for limit in rulebook.limits},
        **{
            f"Notice, {one.label.lower()}": count(rulebook.notice[one], "day")
            for one in ChangeClass
            if one in rulebook.notice
        },
    }


def _steps(most: int | None) -> str:
    return "To the end" if most is None else str(most)


def _limit(limit: Limit) -> str:
    return f"At most {limit.most} at once: {facets_words(limit.scope)}"
