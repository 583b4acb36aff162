"""What the page of a change shows, gathered for its template."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from apps.accounts.models import User
from apps.approvals.enums import RequirementState, RoundState
from apps.approvals.models import Signature
from apps.approvals.rules import describe
from apps.approvals.rules.looking import Looking
from apps.approvals.selectors import Standing, lookings_for, standing
from apps.audit.selectors import Entry
from apps.calendar.selectors import Found, Step, conflicts_of, explained
from apps.cards.selectors import cards_visible_to
from apps.catalog.enums import DependencyKind, Severity
from apps.catalog.selectors import graph
from apps.changes import selectors
from apps.changes.enums import ENDED, PLANNED, ChangeClass, ChangeState, Direction, Harm, Likelihood
from apps.changes.models import Change
from apps.changes.rules.window import said
from apps.changes.selectors import Reading
from apps.core import actors
from apps.core.decisions import Decision
from apps.insights.rules.grammar import duration
from apps.web.ahead import ahead_of
from apps.web.change_words import ACTS, GO_AHEAD, Act
from apps.web.consequences import absences, handed, listed
from apps.web.dates import when
from apps.web.entries import rows
from apps.web.evidence import number
from apps.web.graphs import Arrow, Box, Drawing, draw
from apps.web.pictures import IMPACT_WORDS, MOST, TONES, address
from apps.web.pictures import said as hit_said
from apps.web.report_link import report_url
from apps.web.what_next import put_off, what_next

SHOWN_MOMENTS = 20
SHOWN_ROWS = 20
MOST_DRAWN = 512


@dataclass(frozen=True)
class Action:
    """A step that leads on, with whether this person may take it and why not."""

    act: Act
    url: str
    decision: Decision


@dataclass(frozen=True)
class Block:
    """One signature block."""

    role: str
    subject: str
    name: str
    status: str
    meta: str


@dataclass(frozen=True)
class Given:
    """A signature with the role that it fills; ``looked`` is for Change Managers, None for anyone else.

    ``least`` is how many seconds it should have taken, by the round in which it was given.
    """

    signature: Signature
    as_whom: str
    least: int
    looked: Looking | None

    @property
    def is_quick(self) -> bool:
        """Return whether it was signed so quickly that the evidence may not have reached the signer."""
        return self.looked is not None and self.looked.is_quick(self.least)


@dataclass(frozen=True)
class Stop:
    """One stop of the track: where the change was, is and goes."""

    word: str
    note: str
    place: str  # past, now, next or later


def context_of(user: User, change: Change, *, all_moments: bool) -> dict[str, Any]:
    """Return everything the page of a submitted change shows; a constant number of queries."""
    assert change.revision is not None
    reading = selectors.reading_of(change, change.revision)
    standings = standing(change.round) if change.round else []
    conflicts = conflicts_of(change.ref) if change.state in PLANNED else []
    entries = selectors.timeline_of(user, change)
    shown = entries if all_moments else entries[:SHOWN_MOMENTS]
    mine = _mine(user, standings)
    blockers = selectors.blockers_of(change, user, standings=standings, conflicts=conflicts)
    return {
        "change": change,
        "reading": reading,
        "blockers": blockers,
        "blocking": sum(not one.warning for one in blockers),
        "mine": mine,
        "mine_role": describe(mine.requirement.role, mine.requirement.component_label) if mine else "",
        "ahead": ahead_of(change, standings),
        **_actions(user, change, mine),
        "track": _track(change, entries),
        "sign_by": _sign_by(change, standings),
        "picture": _picture(reading),
        "left_out": max(0, len(reading.items) + len(reading.reached) - MOST),
        "reached": reading.reached[:SHOWN_ROWS],
        "tier_one": sum(row.tier == 1 for row in reading.reached),
        "blocks": [_block(one, user, change) for one in standings],
        "given": given_of(user, standings),
        "signed": sum(one.state == RequirementState.MET for one in standings),
        "kept": sum(bool(one.kept) for one in standings if one.state == RequirementState.MET),
        "rejections": [one.signature for one in standings if one.state == RequirementState.REJECTED],
        "conflicts": _explained(conflicts),
        "metrics": [_metric(one) for one in reading.content.get("success_metrics", [])],
        "rollback": reading.content.get("rollback", {}),
        "watch_for": _inside_a_sentence(reading.content.get("rollback", {}).get("criteria", [])),
        "work": duration(reading.minutes),
        "rest": _rest(change),
        "risk_sentence": reading.content.get("risk_reason", ""),
        "risks": [_risk(one) for one in reading.content.get("risks", [])],
        "cards": _cards(user, reading),
        "review_ref": _review_ref(change),
        "documents": selectors.attached_to(user, change),
        "may_attach": selectors.attach_decision(change, actors.person(user)),
        "report_url": report_url(user, change),
        "revisions": list(change.revisions.select_related("submitted_by").defer("content")),
        "moments": rows(shown),
        "all_moments": len(entries),
        "more_moments": len(entries) - len(shown),
    }


def _review_ref(change: Change) -> str:
    """Return the number of its review, or nothing while it has not ended: a review opens at the end."""
    ended = change.state in ENDED or change.state == ChangeState.CLOSED
    return f"PIR-{change.number}" if ended else ""


def _explained(conflicts: list[Found]) -> list[tuple[Found, list[Step]]]:
    known = graph() if conflicts else None
    return [(found, explained(found.path, known)) for found in conflicts if known]


def given_of(user: User, standings: list[Standing]) -> list[Given]:
    """Return each signature that stands here or was kept, with how it was looked at for a Change Manager."""
    rows = [
        (
            signature,
            describe(one.requirement.role, one.requirement.component_label),
            asked.round.least_seconds,
        )
        for one in standings
        for signature, asked in [
            *[(row.signature, row.signature.requirement) for row in one.kept],
            *[(given, one.requirement) for given in one.signatures],
        ]
    ]
    looked = lookings_for(user, [signature for signature, _, _ in rows])
    return [Given(signature, as_whom, least, looked.get(signature.pk)) for signature, as_whom, least in rows]


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
    return {"primary": first, "more": [one for one in actions if one is not first]}


_TRACK = [
    ("Draft", {"change.drafted"}),
    ("In review", {"change.submitted", "change.reopened"}),
    ("Approved", {"change.approved"}),
    ("In progress", {"change.started"}),
]
_ENDS = {
    ChangeState.REJECTED: {"change.rejected"},
    ChangeState.WITHDRAWN: {"change.withdrawn"},
    ChangeState.EXPIRED: {"change.expired", "change.given_back"},
}
_REACHED = {
    ChangeState.DRAFT: 0,
    ChangeState.IN_REVIEW: 1,
    ChangeState.ON_HOLD: 1,
    ChangeState.APPROVED: 2,
    ChangeState.IN_PROGRESS: 3,
    ChangeState.COMPLETED: 4,
    ChangeState.ROLLED_BACK: 4,
    ChangeState.FAILED: 4,
    ChangeState.CLOSED: 4,
}


def _track(change: Change, entries: list[Entry]) -> list[Stop]:
    """Return where the change was, is and goes, the dates taken from the ledger."""
    state = ChangeState(change.state)
    last = {entry.event.event: entry.event.at for entry in reversed(entries)}
    zone = change.time_zone
    if state in _ENDS:
        stops = [Stop(word, _since(last, events, zone), "past") for word, events in _TRACK[:2]]
        return [*stops, Stop(state.label, _since(last, _ENDS[state], zone), "now")]
    here = _REACHED[state]
    final = state.label if here == 4 else "Closed"
    ahead = ["", "", "when all have signed", said(change.planned_start, zone) if change.planned_start else ""]
    stops = []
    for place, (word, events) in enumerate(_TRACK):
        shown = state.label if place == here else word
        since = {"change.held"} if place == here and state == ChangeState.ON_HOLD else events
        note = _since(last, since, zone) if place <= here else ahead[place]
        stops.append(Stop(shown, note, _place(place, here)))
    ended = _since(last, {f"change.{state}"}, zone) if here == 4 else "after its review"
    return [*stops, Stop(final, ended, _place(4, here))]


def _place(place: int, here: int) -> str:
    return "past" if place < here else "now" if place == here else "next" if place == here + 1 else "later"


def _since(last: dict[str, datetime], events: set[str], zone: str) -> str:
    found = [at for event, at in last.items() if event in events]
    return when(max(found), zone) if found else ""


def _sign_by(change: Change, standings: list[Standing]) -> datetime | None:
    if change.state != ChangeState.IN_REVIEW:
        return None
    return min((one.requirement.due_at for one in standings if one.is_open), default=None)


def _block(one: Standing, user: User, change: Change) -> Block:
    asked, signature = one.requirement, one.signature
    subject = asked.component_label or "Whole change"
    role = asked.get_role_display()
    if signature is not None and one.state in (RequirementState.MET, RequirementState.REJECTED):
        met = one.state == RequirementState.MET
        kept = next((row for row in one.kept if row.signature_id == signature.pk), None)
        number = kept.revision if kept else _revision_number(change)
        on = f"{when(signature.signed_at, change.time_zone)} · revision {number}"
        if kept:
            on = f"{on} · still counts: {_inside(kept.because)}"
        name = listed([given.printed_name for given in one.approvals]) if met else signature.printed_name
        return Block(role, subject, name, "signed" if met else "rejected", f"Signed {on}" if met else on)
    if one.state == RequirementState.WAITING:
        return Block(
            role, subject, "Asked later", "open", f"Stage {asked.stage}: once those before have signed"
        )
    if not one.is_open:
        return Block(role, subject, "Not asked any more", "open", "The review ended before")
    since = asked.paused_at or asked.round.stands_since
    paused = f"clock paused since {when(since, change.time_zone)}" if since else ""
    by = _so_far(one) + (paused or f"sign by {said(asked.due_at, change.time_zone)}")
    later = what_next(one, str(change.requester), change.time_zone, most=2)
    by = f"{by} · {later}" if later else by
    stale = one.stale[-1] if one.stale else None
    if any(person.pk == user.pk for person in one.waited_on):
        return Block(role, subject, "", "you", f"{by} · {_inside(stale.because)}" if stale else by)
    if one.too_few:
        return Block(role, subject, "Too few can sign", "open", f"A Change Manager can name someone · {by}")
    cover = [*handed(one), *absences(one.covers, change.time_zone), *put_off(one.snoozes, change.time_zone)]
    if stale:
        notes = [_inside(stale.because), *cover, by]
        return Block(role, subject, stale.signature.printed_name, "stale", " · ".join(notes))
    names = " or ".join(str(person) for person in one.waited_on[:3])
    if len(one.waited_on) > 3:
        names = f"One of {len(one.waited_on)} people"
    return Block(role, subject, names, "open", " · ".join([*cover, f"Not signed yet · {by}"]))


def _inside(reason: str) -> str:
    """Return a reason as the end of a line: without its full stop, in lower case."""
    return reason[:1].lower() + reason[1:].rstrip(".")


def _so_far(one: Standing) -> str:
    """Return how far a quorum of several is, and who abstained."""
    parts = [f"{len(one.approvals)} of {one.requirement.quorum} signed"] if one.requirement.quorum > 1 else []
    parts += [f"{given.signer} abstained" for given in one.abstentions]
    return "".join(f"{part} · " for part in parts)


def _revision_number(change: Change) -> int:
    return change.round.revision if change.round else 0


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


def _rest(change: Change) -> tuple[str, str]:
    """Return what to say, as a title and a sentence, when nothing is in the way of a change."""
    who = str(change.requester)
    if change.state == ChangeState.EXPIRED and change.round and change.round.state == RoundState.EXPIRED:
        return (
            "It was not decided in time",
            f"So it went back to {who}, who can revise it and ask again. Nothing was approved.",
        )
    return {
        ChangeState.IN_PROGRESS: ("It is under way", "Whoever leads it says how it ends."),
        ChangeState.APPROVED: _approved(change),
        ChangeState.CLOSED: ("It is closed", "There is nothing left to do."),
        ChangeState.REJECTED: ("It was rejected", f"{who} can revise it and ask again."),
        ChangeState.EXPIRED: (
            "Its window has passed",
            f"It had not started by then. {who} can revise it and choose a new window.",
        ),
        ChangeState.WITHDRAWN: ("It was withdrawn", "Nobody is asked any more, and its window is free."),
    }.get(ChangeState(change.state), ("Nothing blocks this", "There is nothing to wait for."))


def _approved(change: Change) -> tuple[str, str]:
    if change.round is not None and change.round.closed_at is None:
        return (
            "Nothing blocks this",
            "It goes ahead before everyone has signed, and nothing collides with it.",
        )
    return "Nothing blocks this", "It is signed and nothing collides with it."


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


_Shape = tuple[tuple[tuple[str, str, str, str, str], ...], tuple[tuple[str, str, str], ...]]


def _shape(reading: Reading) -> _Shape:
    """Return boxes (key, kind, title, note, tone) and arrows (from, to, kind) of a revision, as signed."""
    boxes = [
        (item.key, item.kind, item.title, f"Changed · {item.before or 'new'} → {item.after}", "changed")
        for item in reading.items
    ]
    room = max(0, MOST - len(boxes))
    reached = sorted(reading.reached, key=lambda row: row.depth)[:room]
    boxes += [
        (row.key, row.kind, row.title, hit_said(row.severity, row.tier), TONES[Severity(row.severity)])
        for row in reached
    ]
    known = {box[0] for box in boxes}
    moved = [item.key for item in reading.items]
    arrows = {
        (before.key, after.key, after.kind)
        for row in reached
        for before, after in zip(row.path, row.path[1:], strict=False)
        if before.key in known and after.key in known
    }
    return tuple(boxes), tuple(sorted(arrows | _among(moved)))


def _among(keys: list[str]) -> set[tuple[str, str, str]]:
    """Return the ties between what moves. They explain no hit, so the revision does not hold them."""
    known = graph()
    ids = {known.id_of[key] for key in keys if key in known.id_of}
    ties = [tie for at in ids for tie in known.after.get(at, ()) if tie.target in ids]
    return {(known.nodes[tie.source].key, known.nodes[tie.target].key, tie.kind) for tie in ties}


_drawn: dict[tuple[str, int], SafeString] = {}


def _picture(reading: Reading) -> SafeString:
    """Return the picture of a revision, drawn once a process for as long as the graph stands.

    What a revision reached is signed and stays. The arrows among what moves are those of the graph today.
    """
    key = reading.revision.digest, graph().stamp
    if key not in _drawn:
        if len(_drawn) >= MOST_DRAWN:
            _drawn.clear()
        _drawn[key] = render_to_string("_graph.html", {"drawing": _draw(_shape(reading))})
    return _drawn[key]


def _draw(shape: _Shape) -> Drawing:
    boxes = [Box(key, kind, title, note, tone, address(key)) for key, kind, title, note, tone in shape[0]]
    moved = {box.id for box in boxes if box.tone == "changed"}
    arrows = [
        Arrow(
            source,
            target,
            IMPACT_WORDS[DependencyKind(kind)] if len(boxes) <= 16 else "",
            hot=source in moved and target in moved,
        )
        for source, target, kind in shape[1]
    ]
    title = (
        f"Blast radius: {len(moved)} changed on the left, {len(boxes) - len(moved)} reached to the right. "
        "The table below says the same."
    )
    return draw(boxes, arrows, title=title)
