"""Whether those who sign hold the training of the role in which they do."""

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, date
from typing import Any

from apps.approvals.enums import RequirementState, SignatureDecision
from apps.approvals.models import EarlierSignature, Requirement, Signature
from apps.approvals.selectors import KEPT, STANDING, eligible_people
from apps.playbooks.selectors import courses_in_use, held_on, today

GIVEN = ("people.untrained_signers", "people.missing_trainings")
Signs = dict[int, set[tuple[int, date]]]
"""Of each requirement, who signed it and on which day; and who is asked to, as of today."""


def facts_of_training(rounds: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return which roles and courses are short, by round; one query where no course is in use, nine at most.

    Whoever has approved counts by the day on which they did, and for a requirement that still waits everybody who is
    asked counts by today.
    """
    asked: dict[str, dict[int, str]] = defaultdict(dict)
    for version in courses_in_use():
        for role in version.roles:
            asked[role][version.course_id] = version.course.ref
    short: dict[int, set[tuple[str, str]]] = {pk: set() for pk in rounds}
    if asked:
        requirements = list(Requirement.objects.filter(round__in=rounds, role__in=asked).order_by("pk"))
        signs = _signs(requirements)
        held = held_on({pair for pairs in signs.values() for pair in pairs})
        for each in requirements:
            short[each.round_id] |= {
                (each.role, ref)
                for course, ref in asked[each.role].items()
                if any((pk, day, course) not in held for pk, day in signs[each.pk])
            }
    return {
        pk: {
            "people.untrained_signers": sorted({role for role, _ in pairs}),
            "people.missing_trainings": sorted({ref for _, ref in pairs}),
        }
        for pk, pairs in short.items()
    }


def _signs(requirements: list[Requirement]) -> Signs:
    found: Signs = {each.pk: set() for each in requirements}
    given = Signature.objects.filter(
        STANDING, requirement__in=requirements, decision=SignatureDecision.APPROVE
    )
    kept = EarlierSignature.objects.filter(
        KEPT, requirement__in=requirements, signature__decision=SignatureDecision.APPROVE
    )
    rows = [
        *given.values_list("requirement_id", "signer_id", "signed_at"),
        *kept.values_list("requirement_id", "signature__signer_id", "signature__signed_at"),
    ]
    for requirement, signer, at in rows:
        found[requirement].add((signer, at.astimezone(UTC).date()))
    waits = (RequirementState.WAITING, RequirementState.OPEN)
    waiting = [each for each in requirements if each.state in waits]
    if waiting:
        for requirement, people in eligible_people(waiting).items():
            found[requirement] |= {(user.pk, today()) for user in people}
    return found
