"""What the checks, the gate and those who signed said of a model version: the fields of its card that people do not
write (``apps/cards/rules/columns.py``).

Each row names its record, and the SHA-256 of what was judged: the file of the evidence, the artifact, or the edition.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.approvals.selectors import Standing
from apps.cards.models import CardEdition
from apps.catalog.models import ComponentVersion
from apps.changes.selectors import changes_visible_to
from apps.core import clock
from apps.evidence.rules.checks import Piece, State, judged
from apps.evidence.selectors import pieces_of, plan_in_force, reports_of
from apps.gates.models import GateDecision
from apps.gates.selectors.decisions import seen_by

Row = dict[str, Any]

CHECK_WORDS = {
    State.PASSED: "Pass",
    State.WARNED: "Fails, allowed",
    State.FAILED: "Fails",
    State.MISSING: "Not sent",
    State.INCONCLUSIVE: "Inconclusive",
    State.STALE: "Out of date",
    State.WAIVED: "Waived",
}


def results_of(user: User, version: ComponentVersion, in_use: ComponentVersion | None) -> list[Row]:
    """Return all that the gate said of a version, as far as the person may see it: its answers, then each check."""
    answers = answers_about(user, version)
    return [*answer_rows(answers), *check_rows(user, version, in_use, answers)]


def answers_about(user: User, version: ComponentVersion) -> list[GateDecision]:
    """Return the last answer of each stage and environment about a change to a version, the last first. One query."""
    place = ("stage", "environment", "component_key")
    asked = GateDecision.objects.filter(
        seen_by(user),
        change__in=changes_visible_to(user),
        change__items__to_version=version,
        component_key__in=["", version.component.key],
    )
    last = asked.order_by(*place, "-pk").distinct(*place).defer("attestation", "rules")
    return sorted(last, key=lambda one: one.pk, reverse=True)


def answer_rows(answers: Iterable[GateDecision]) -> list[Row]:
    """Return what the gate answered; the digest is that of the artifact that it was asked about."""
    return [
        _row(
            check=f"The gate: {one.get_stage_display()}{f', {one.environment}' if one.environment else ''}",
            verdict=one.get_answer_display(),
            measured=one.reasons[0]["says"] if one.reasons else "",
            at=_time(one.asked_at),
            digest=one.artifact,
            link=one.ref,
        )
        for one in answers
    ]


def check_rows(
    user: User,
    version: ComponentVersion,
    in_use: ComponentVersion | None,
    answers: Sequence[GateDecision],
) -> list[Row]:
    """Return each check of a version as the gate found it when it was last asked, else as it comes to now.

    What never was measured has no row while nothing else was either. Four queries at most.
    """
    kept = {
        one["check"]: one | {"at": _time(answer.asked_at)}
        for answer in reversed(answers)
        for one in answer.checks
        if one["component"] == version.component.key
    }
    found = list(kept.values()) or _now(version, in_use)
    refs = {one["evidence"] for one in found if one["evidence"]}
    numbers = [int(ref.removeprefix("EV-")) for ref in refs]
    held = reports_of(user, [version.pk]).filter(pk__in=numbers) if numbers else ()
    digests = {one.ref: one.file.digest for one in held}
    return [
        _row(
            check=f"{one['check']}: {one['name']}",
            verdict=CHECK_WORDS[State(one["state"])],
            measured=one["measured"] or one["reason"],
            needed=one["needed"],
            at=one["at"],
            digest=digests.get(one["evidence"], ""),
            link=one["evidence"],
        )
        for one in found
    ]


def _now(version: ComponentVersion, in_use: ComponentVersion | None) -> list[Row]:
    """Return the checks of the plan in force as they come to now, by what was measured of a version."""
    pieces = pieces_of([version.pk]).get(version.pk, [])
    if not pieces:
        return []
    component, now = version.component, clock.now()
    at = {piece.ref: _time(piece.measured_at or piece.received_at) for piece in pieces}
    checked = (
        judged(check, pieces, now=now, champion=_champion(version, in_use, pieces))
        for check in plan_in_force().plan.checks
        if check.applies_to(component.kind, component.tier)
    )
    return [
        {
            "check": one.check.id,
            "name": one.check.name,
            "state": str(one.state),
            "measured": one.measured,
            "needed": one.needed,
            "reason": one.reason,
            "evidence": one.ref,
            "at": at.get(one.ref, ""),
        }
        for one in checked
    ]


def _champion(version: ComponentVersion, in_use: ComponentVersion | None, pieces: list[Piece]) -> str:
    """Return what a version is compared with: the one in use; the one in use itself with what it was compared with."""
    if in_use == version:
        return next((piece.champion for piece in pieces if piece.champion), "")
    return in_use.version if in_use else ""


def approval_rows(asked: Iterable[Standing], edition: CardEdition) -> list[Row]:
    """Return who signed an edition of a card, in which role and when, of those who were asked last."""
    signatures = ((one.requirement, signature) for one in asked for signature in one.signatures)
    return [
        {
            "role": requirement.get_role_display(),
            "person": str(signature.signer),
            "decision": signature.get_decision_display(),
            "at": _time(signature.signed_at),
            "digest": signature.digest,
            "link": f"{edition.card.ref}, edition {edition.number}",
        }
        for requirement, signature in signatures
        if signature.digest == edition.digest
    ]


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _row(**values: str) -> Row:
    return {"measured": "", "needed": ""} | values
