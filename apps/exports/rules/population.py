"""The population of a period, as SOC 2 asks for it, and a sample of it that anyone can draw again.

It counts every change that was submitted, started or ended in the days. Those that were started reached
production: from them alone a sample is drawn.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import TextChoices

from apps.accounts.enums import APPROVING_ROLES, Role
from apps.changes.enums import ChangeClass, ChangeState
from apps.changes.rules.risk import WORDS as RISKS
from apps.core import clock
from apps.exports.rules.lives import ENDINGS, Life, Step
from apps.exports.rules.period import Period
from apps.reviews.enums import Outcome

STARTED = "change.started"
COUNTED_BY = ("change.submitted", STARTED, *ENDINGS)
"""A change belongs to the population when one of these is in its days."""

SAMPLE_SIZE = 25
ALGORITHM = (
    "Order the changes that reached production by the hex SHA-256 of the seed, a line feed and the change's number "
    f"(UTF-8). Take the first {SAMPLE_SIZE}, or all when there are fewer."
)
DEFINITION = (
    "Every change that was submitted, started or ended in these days, as the sealed ledger tells it. A change reached "
    "production when it was started in these days. Each number between the first and the last has a row: one that is "
    "not counted says why."
)


class Field(TextChoices):
    """A column of the population."""

    NUMBER = "number", "Number"
    COUNTED = "counted", "Counted"
    WHY_NOT = "why_not", "Why not"
    PRODUCTION = "production", "Reached production"
    TITLE = "title", "Title"
    CLASS = "class", "Class"
    URGENT = "urgent", "Urgent"
    RISK = "risk", "Risk"
    STATE = "state", "State"
    REQUESTER = "requester", "Requester"
    REVISION = "revision", "Revision"
    DIGEST = "digest", "Digest signed (SHA-256)"
    SUBMITTED = "submitted", "Submitted (UTC)"
    APPROVED = "approved", "Approved (UTC)"
    STARTED = "started", "Started (UTC)"
    ENDED = "ended", "Ended (UTC)"
    OUTCOME = "outcome", "Outcome"
    CLOSED = "closed", "Closed (UTC)"
    SPONSOR = "sponsor", "Signed as Change Sponsor"
    STEWARD = "steward", "Signed as Data Steward"
    VALIDATOR = "validator", "Signed as Model Validator"
    OWNER = "owner", "Signed as Service Owner"
    CONFLICTS = "conflicts", "Conflicts found"
    STOOD = "stood", "Conflicts that stood at the start"
    REFUSALS = "refusals", "Refusals"
    REVIEW = "review", "Review"
    REVIEW_SIGNED = "review_signed", "Review signed"
    LEAVES = "leaves", "Leaves of its steps"


NUMBERS = frozenset({Field.REVISION, Field.CONFLICTS, Field.REFUSALS})

Cells = dict[str, str | int]
"""A row of the population, by field. A field that is left out has nothing to say."""


class Names(Protocol):
    """What may be told of people and of what they wrote."""

    def name(self, key: str) -> str:
        """Return the printed name of an actor."""

    def prose(self, text: str) -> str:
        """Return a text, or that it is withheld."""


@dataclass(frozen=True)
class Sample:
    """A draw: the seed, what it was drawn from, and what was chosen, in the order of the draw."""

    seed: str
    population: tuple[str, ...]
    chosen: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return all that it takes to draw it again."""
        listed = "".join(f"{ref}\n" for ref in self.population)
        return {
            "algorithm": ALGORITHM,
            "seed": self.seed,
            "population": {
                "count": len(self.population),
                "sha256": hashlib.sha256(listed.encode()).hexdigest(),
            },
            "size": len(self.chosen),
            "chosen": list(self.chosen),
        }


def drawn(seed: str, refs: Iterable[str]) -> Sample:
    """Return the sample that a seed draws from these changes, whatever order they come in."""
    population = tuple(sorted(set(refs), key=number_of))
    order = sorted(population, key=lambda ref: hashlib.sha256(f"{seed}\n{ref}".encode()).hexdigest())
    return Sample(seed, population, tuple(order[:SAMPLE_SIZE]))


def number_of(ref: str) -> int:
    """Return 1042 for CHG-1042."""
    return int(ref.removeprefix("CHG-"))


def cells_of(life: Life, period: Period, content: dict[str, Any], names: Names) -> Cells:
    """Return the row of a change that is counted. ``content`` is that of its last revision, empty when it is gone."""
    ended, review, signed = life.ended, life.last("review.recorded"), life.last("review.signed")
    counted: Cells = {
        Field.NUMBER: life.ref,
        Field.COUNTED: "Yes",
        Field.PRODUCTION: "Yes" if reached_production(life, period) else "No",
        Field.STATE: life.state.label,
        Field.OUTCOME: ENDINGS[ended.event].label if ended else "",
        Field.CONFLICTS: len(life.meetings),
        Field.STOOD: "; ".join(stood(life)),
        Field.REFUSALS: len(life.denials),
        Field.REVIEW: Outcome(review.data["outcome"]).label if review and review.data["outcome"] else "",
        Field.REVIEW_SIGNED: _signed(signed, names) if signed else "",
        Field.LEAVES: " ".join(f"{step.event.removeprefix('change.')}:{step.leaf}" for step in life.steps),
    }
    return counted | _of_content(content, names) | _of_times(life) | _of_signers(life, names)


def left_out(life: Life) -> Cells:
    """Return the row of a number that is not counted, with why not."""
    return {Field.NUMBER: life.ref, Field.COUNTED: "No", Field.WHY_NOT: why_not(life)}


def why_not(life: Life) -> str:
    """Return why a number of the sequence is not in the population."""
    if life.retired:
        return "Entries of it were retired under a policy"
    if not life.steps:
        return "The number was never given to a change"
    if life.submitted is None:
        withdrawn = life.state == ChangeState.WITHDRAWN
        return "Withdrawn before it was submitted" if withdrawn else "A draft that was never submitted"
    last = life.last(*COUNTED_BY)
    assert last is not None
    return f"Not in these days: {last.event.partition('.')[2].replace('_', ' ')} on {last.at:%Y-%m-%d}"


def reached_production(life: Life, period: Period) -> bool:
    """Tell whether a change was started in a period."""
    return any(step.event == STARTED and period.start <= step.at < period.end for step in life.own)


def stood(life: Life) -> list[str]:
    """Return with what the change was in conflict when it was started: warnings, for a block would have stopped it."""
    started = life.last(STARTED)
    if started is None:
        return []
    return [
        f"{one.found.data['with']} ({one.found.data['kind'].replace('_', ' ')})"
        for one in life.meetings
        if one.found.leaf < started.leaf and (one.cleared is None or one.cleared.leaf > started.leaf)
    ]


def _of_content(content: dict[str, Any], names: Names) -> Cells:
    if not content:
        return {}
    return {
        Field.TITLE: names.prose(content["title"]),
        Field.CLASS: ChangeClass(content["class"]).label,
        Field.URGENT: "Yes" if content["class"] == ChangeClass.URGENT else "No",
        Field.RISK: RISKS[content["risk"]],
        Field.REQUESTER: names.name(content["requester"]),
    }


def _of_times(life: Life) -> Cells:
    steps = {
        Field.SUBMITTED: life.submitted,
        Field.APPROVED: life.last("change.approved"),
        Field.STARTED: life.last(STARTED),
        Field.ENDED: life.ended,
        Field.CLOSED: life.last("change.closed"),
    }
    times: Cells = {field: clock.iso(step.at) for field, step in steps.items() if step is not None}
    if life.frozen is not None:
        times |= {
            Field.REVISION: life.frozen.data["revision"],
            Field.DIGEST: life.frozen.data["digest"],
        }
    return times


_DID = {
    "approval.signed": "",
    "approval.rejected": "rejected ",
    "approval.abstained": "abstained ",
    "approval.withdrawn": "took back ",
}


def _of_signers(life: Life, names: Names) -> Cells:
    """Return who signed the last revision, by role, each with the time and the leaf."""
    given: dict[str, list[str]] = {role: [] for role in APPROVING_ROLES}
    for step in life.askings[-1].decisions if life.askings else ():
        given[step.data["role"]].append(_DID[step.event] + _signed(step, names))
    for step in life.askings[-1].kept if life.askings else ():
        on = f"on revision {step.data['signed_revision']}, kept"
        name = " for ".join(names.name(step.data[who]) for who in ("signer", "for") if who in step.data)
        given[step.data["role"]].append(f"{name} {on} {clock.iso(step.at)} (leaf {step.leaf})")
    return {Field(Role(role).value): "; ".join(each) for role, each in given.items()}


def _signed(step: Step, names: Names) -> str:
    return f"{' for '.join(map(names.name, step.people))} {clock.iso(step.at)} (leaf {step.leaf})"


def statement(
    days: str, refs: Sequence[str], produced: int, missing: dict[str, int]
) -> list[tuple[str, str]]:
    """Return what the file says of its own completeness: how it was counted, and what is not in it and why."""
    left = "; ".join(f"{count:,} × {why}" for why, count in sorted(missing.items()))
    return [
        ("Population of", days),
        ("How it was counted", DEFINITION),
        ("Changes counted", f"{len(refs):,}"),
        ("Of these reached production", f"{produced:,}"),
        ("Numbers from", f"{refs[0]} to {refs[-1]}" if refs else "None"),
        (
            "Numbers in between that are not counted",
            f"{sum(missing.values()):,}" + (f": {left}" if left else ""),
        ),
    ]
