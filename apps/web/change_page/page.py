"""What the page of a change shows, gathered for its template."""

from dataclasses import dataclass
from typing import Any

from apps.accounts.models import User
from apps.approvals.enums import RequirementState
from apps.approvals.rules import describe
from apps.approvals.selectors import Standing, standing
from apps.calendar.selectors import held_by, in_the_way_of
from apps.cards.selectors import cards_visible_to
from apps.changes import selectors
from apps.changes.enums import ENDED, PLANNED, ChangeClass, ChangeState, Direction, Harm, Likelihood
from apps.changes.models import Change
from apps.changes.selectors import Reading
from apps.changes.selectors.messages import messages_of
from apps.core import actors, clock
from apps.core.decisions import Decision
from apps.insights.rules.grammar import duration
from apps.insights.selectors import nearby
from apps.web.ahead import ahead_of
from apps.web.change_page.at_rest import at_rest
from apps.web.change_page.picture import picture_of
from apps.web.change_page.signatures import block_of, given_of
from apps.web.change_page.track import sign_by, track_of
from apps.web.change_words import ACTS, GO_AHEAD, Act
from apps.web.entries import rows
from apps.web.evidence import number
from apps.web.pictures import MOST
from apps.web.planning.marks import MOVABLE
from apps.web.planning.meetings import meetings_of
from apps.web.report_link import report_url

SHOWN_MOMENTS = 20
SHOWN_ROWS = 20


@dataclass(frozen=True)
class Action:
    """A step that leads on, with whether this person may take it and why not."""

    act: Act
    url: str
    decision: Decision


def context_of(user: User, change: Change, *, all_moments: bool) -> dict[str, Any]:
    """Return everything the page of a submitted change shows; a constant number of queries."""
    assert change.revision is not None
    reading = selectors.reading_of(change, change.revision)
    standings = standing(change.round) if change.round else []
    change.in_the_way = in_the_way_of(change.ref) if change.state in PLANNED else None
    conflicts = change.in_the_way.conflicts if change.in_the_way else []
    entries = selectors.timeline_of(user, change)
    shown = entries if all_moments else entries[:SHOWN_MOMENTS]
    mine = _mine(user, standings)
    near, near_all = nearby(user, change) if _is_ahead(change) else ([], 0)
    blockers = selectors.blockers_of(change, user, standings=standings)
    return {
        "change": change,
        "holds": held_by(change.ref) if change.state == ChangeState.IN_PROGRESS else [],
        "reading": reading,
        "blockers": blockers,
        "blocking": sum(not one.warning for one in blockers),
        "warnings": sum(one.warning for one in blockers),
        "mine": mine,
        "mine_role": describe(mine.requirement.role, mine.requirement.component_label) if mine else "",
        "ahead": ahead_of(change, standings),
        **_actions(user, change, mine),
        "track": track_of(change, entries),
        "sign_by": sign_by(change, standings),
        "picture": picture_of(reading),
        "left_out": max(0, len(reading.items) + len(reading.reached) - MOST),
        "reached": reading.reached[:SHOWN_ROWS],
        "tier_one": sum(row.tier == 1 for row in reading.reached),
        "blocks": [block_of(one, user, change) for one in standings],
        "given": given_of(user, standings),
        "signed": sum(one.state == RequirementState.MET for one in standings),
        "kept": sum(bool(one.kept) for one in standings if one.state == RequirementState.MET),
        "rejections": [one.signature for one in standings if one.state == RequirementState.REJECTED],
        "conflicts": len(conflicts),
        "meetings": meetings_of(change.ref, conflicts),
        "metrics": [_metric(one) for one in reading.content.get("success_metrics", [])],
        "rollback": reading.content.get("rollback", {}),
        "watch_for": _inside_a_sentence(reading.content.get("rollback", {}).get("criteria", [])),
        "work": duration(reading.minutes),
        "rest": at_rest(change),
        "risk_sentence": reading.content.get("risk_reason", ""),
        "risks": [_risk(one) for one in reading.content.get("risks", [])],
        "cards": _cards(user, reading),
        "review_ref": _review_ref(change),
        "has_contracts": bool(reading.content.get("contracts")),
        "documents": selectors.attached_to(user, change),
        "may_attach": selectors.attach_decision(change, actors.person(user)),
        "told": messages_of(change),
        "near": near,
        "more_near": near_all - len(near),
        "report_url": report_url(user, change),
        "revisions": list(change.revisions.select_related("submitted_by").defer("content")),
        "moments": rows(shown),
        "all_moments": len(entries),
        "more_moments": len(entries) - len(shown),
    }


def _is_ahead(change: Change) -> bool:
    """Return whether its window is still to come, so that it matters what is near."""
    start = change.planned_start
    return change.state in PLANNED and start is not None and clock.now() < start


def _review_ref(change: Change) -> str:
    """Return the number of its review, or nothing while it has not ended: a review opens at the end."""
    ended = change.state in ENDED or change.state == ChangeState.CLOSED
    return f"PIR-{change.number}" if ended else ""


def _mine(user: User, standings: list[Standing]) -> Standing | None:
    return next((one for one in standings if any(person.pk == user.pk for person in one.waited_on)), None)


def _actions(user: User, change: Change, mine: Standing | None) -> dict[str, Any]:
    """Return the one primary action for this person and state, and the rest, those refused with their reason."""
    decisions = selectors.actions_for(change, actors.person(user))
    actions = [
        Action(ACTS[event], f"/changes/{change.ref}/{ACTS[event].slug}/", decision)
        for event, decision in decisions.items()
        if event in ACTS
    ]
    if change.change_class == ChangeClass.URGENT and change.state == ChangeState.IN_REVIEW:
        allowed = selectors.may_let_go_ahead_now(user, change)
        actions.append(Action(GO_AHEAD, f"/changes/{change.ref}/{GO_AHEAD.slug}/", allowed))
    first = None
    if mine is None:
        first = next((one for one in actions if one.act.leads and one.decision), None)
    plannable = change.state in MOVABLE
    movable = plannable and bool(decisions.get("revise"))
    return {
        "primary": first,
        "more": [one for one in actions if one is not first],
        "plannable": plannable,
        "movable": movable,
    }


def _metric(row: dict[str, Any]) -> dict[str, str]:
    bound = row["bound"]
    return {
        "name": row["name"],
        "today": number(row["baseline"], row["unit"]),
        "target": f"{Direction(row['direction']).label} {number(row['target'], row['unit'])}",
        "bound": "No bound" if bound is None else number(bound, row["unit"]),
    }


def _inside_a_sentence(criteria: list[str]) -> str:
    """Return the first sign to go back as the middle of a sentence: an acronym keeps its capitals."""
    text = criteria[0].rstrip(".") if criteria else ""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _risk(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "likelihood": Likelihood(row["likelihood"]).label,
        "harm": Harm(row["harm"]).label,
    }


def _cards(user: User, reading: Reading) -> list[Any]:
    """Return the model cards of the versions that the models move to; two queries, none without a model."""
    models = {(item.key, item.after) for item in reading.items if item.kind == "model"}
    if not models:
        return []
    found = (
        cards_visible_to(user)
        .prefetch_related(None)
        .filter(
            version__component__key__in=[key for key, _ in models],
            version__version__in=[version for _, version in models],
        )
    )
    return [card for card in found if (card.version.component.key, card.version.version) in models]
