"""What one check comes to, given the pieces of evidence about a component's version.

The newest piece that speaks of the matter counts, whatever an older one says: nobody picks the better of two.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from apps.evidence.enums import Outcome
from apps.evidence.rules.checks.plans import Check, Demand
from apps.evidence.rules.readings import Finding, outcome_of


class State(StrEnum):
    """What a check comes to. Only ``PASSED``, ``WARNED`` and ``WAIVED`` let through."""

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"
    MISSING = "missing"
    INCONCLUSIVE = "inconclusive"
    STALE = "stale"
    WAIVED = "waived"


@dataclass(frozen=True)
class Piece:
    """A report with its results, as a check looks at it. ``champion`` is the version it was compared with, by name.

    ``topics`` says what it speaks of: the metrics, in lower case, by category. ``findings`` may leave out those of a
    category in which a newer piece speaks, and passes beyond a number of them, which ``left_out`` counts by category.
    """

    ref: str
    findings: Sequence[Finding]
    topics: Mapping[str, Collection[str]]
    received_at: datetime
    measured_at: datetime | None = None
    stage: str = ""
    artifact: str = ""
    champion: str = ""
    partial: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def at(self) -> tuple[datetime, datetime]:
        """Return by what the newest is told: when it was measured, else when it came in."""
        return (self.measured_at or self.received_at, self.received_at)

    def speaks_of(self, check: Check) -> bool:
        """Return whether it holds results of a check's matter, for its stage."""
        if self.stage and self.stage != check.stage:
            return False
        metrics = self.topics.get(check.category)
        return metrics is not None and (not check.metric or check.metric.lower() in metrics)


@dataclass(frozen=True)
class Checked:
    """What a check comes to, in words: what was measured, what is needed, why, and what clears it.

    ``ref`` names the piece that counted; ``stale_at`` is when it stops counting.
    """

    check: Check
    state: State
    measured: str = ""
    needed: str = ""
    reason: str = ""
    remedy: str = ""
    ref: str = ""
    stale_at: datetime | None = None

    @property
    def lets_through(self) -> bool:
        return self.state in (State.PASSED, State.WARNED, State.WAIVED)


def judged(
    check: Check, pieces: Iterable[Piece], *, now: datetime, champion: str = "", artifact: str = ""
) -> Checked:
    """Return what a check comes to now.

    ``champion`` is the version in use now, empty when there is none. With ``artifact``, evidence about another one, or
    about none by name, does not count: what goes out must be what was measured.
    """
    needed = needed_words(check)
    speaking = [piece for piece in pieces if piece.speaks_of(check)]
    counting = [piece for piece in speaking if not artifact or piece.artifact == artifact]
    if not counting:
        reason, remedy = _NOT_THIS if speaking else ("Nothing was sent yet.", check.remedy or _SEND)
        return Checked(check, State.MISSING, needed=needed, reason=reason, remedy=remedy)
    piece = max(counting, key=lambda one: one.at)
    findings = _about(check, piece)
    stale_at = piece.measured_at + check.fresh_for if piece.measured_at and check.fresh_for else None
    state, measured, reason, remedy = _judge(check, piece, findings, now=now, champion=champion)
    if state == State.FAILED and not check.blocks:
        state = State.WARNED
    return Checked(
        check,
        state,
        measured=measured,
        needed=needed,
        reason=reason,
        remedy="" if state == State.PASSED else remedy or check.remedy or _SEND,
        ref=piece.ref,
        stale_at=stale_at,
    )


_SEND = "Measure it, and send the result as evidence."
_AGAIN = "Measure it again, and send the result."
_NOT_THIS = (
    "What was sent measured another artifact.",
    "Measure this artifact, and send the result with its SHA-256.",
)
"""What a check advises mends a bad result, and here is none yet."""
_NOT_MEASURED = {
    Outcome.ERROR: "could not be measured",
    Outcome.INCONCLUSIVE: "has no number to judge by",
    Outcome.SKIPPED: "was skipped",
}
"""A number beside one of these is none, whatever it is."""
Answer = tuple[State, str, str, str]
"""The state, what was measured, why, and what clears it where that is not what the check says."""


def _about(check: Check, piece: Piece) -> list[Finding]:
    """Return the findings of a piece that speak of a check's matter."""
    metric = check.metric.lower()
    return [
        finding
        for finding in piece.findings
        if finding.category == check.category and (not metric or finding.metric.lower() == metric)
    ]


def _judge(check: Check, piece: Piece, findings: list[Finding], *, now: datetime, champion: str) -> Answer:
    if too_old := _stale(check, piece, now, champion):
        return State.STALE, "", too_old, _AGAIN
    if not findings:
        return State.INCONCLUSIVE, "", "What it holds on this cannot be looked at.", "Send the result again."
    if check.demand == Demand.PRESENT:
        return State.PASSED, f"{len(findings) + piece.left_out.get(check.category, 0):,} results", "", ""
    if piece.partial:
        return State.INCONCLUSIVE, "", piece.partial, "Send a result that covers all of it."
    sizes = _too_small(check, findings)
    if sizes:
        return State.INCONCLUSIVE, sizes[0], sizes[1], check.remedy or "Measure on more cases."
    if check.demand == Demand.PASSES:
        return _passes(check, findings, 0 if check.metric else piece.left_out.get(check.category, 0))
    return _number(check, findings, alone=check.demand == Demand.CHAMPION and not champion)


def _stale(check: Check, piece: Piece, now: datetime, champion: str) -> str:
    """Return why a piece no longer counts, or an empty text."""
    if check.fresh_for is not None:
        if piece.measured_at is None:
            return "The file does not say when it was measured, and this has to be fresh."
        if piece.measured_at + check.fresh_for <= now:
            return "It was measured too long ago."
    if check.judges_a_number and check.since is not None and piece.received_at < check.since:
        return "It came in before its bound was set. A bound is set before results are known."
    if check.demand == Demand.CHAMPION and champion and piece.champion != champion:
        compared = (
            f"compared with version {piece.champion}" if piece.champion else "not compared with a version"
        )
        return f"It was {compared}, and version {champion} is in use."
    return ""


def _too_small(check: Check, findings: list[Finding]) -> tuple[str, str] | None:
    """Return what was measured on too few cases, and the reason; None when there are enough of them everywhere."""
    for finding in findings:
        least = check.smallest_segment if finding.segment else check.smallest_sample
        if not least or (finding.segment and not check.each_segment):
            continue
        where = _where(finding)
        if finding.sample_size is None:
            return "", f"How many cases were measured{where} is not known."
        if finding.sample_size < least:
            cases = f"{finding.sample_size:,} cases{where}"
            return cases, f"Too few cases{where}: {finding.sample_size:,} of {least:,}."
    return None


_ANOTHER = Finding("another", Outcome.PASSED)


def _passes(check: Check, findings: list[Finding], more: int) -> Answer:
    """Judge that each passed; ``more`` passed besides."""
    whole = outcome_of([*findings, _ANOTHER] if more else findings, "")
    passed = sum(finding.outcome == Outcome.PASSED for finding in findings) + more
    measured = f"{passed:,} of {len(findings) + more:,} passed"
    if whole == Outcome.PASSED:
        return State.PASSED, measured, "", ""
    first = next((one for one in findings if one.outcome == whole), findings[0])
    what = " · ".join(part for part in (first.assertion, first.column, first.segment) if part)
    if whole == Outcome.FAILED:
        return State.FAILED, measured, f"Failed: {what}.", ""
    if whole == Outcome.WARNED:
        state = State.INCONCLUSIVE if check.blocks else State.WARNED
        return state, measured, f"Nothing passed, and this is a warning: {what}.", ""
    if whole == Outcome.ERROR:
        return State.INCONCLUSIVE, measured, f"Could not be measured: {what}.", _AGAIN
    return State.INCONCLUSIVE, measured, "The file holds no verdict on this.", "Send a result that judges it."


def _number(check: Check, findings: list[Finding], *, alone: bool) -> Answer:
    """Judge the metric: the whole, or every segment too. A part that has no number leaves it open.

    What the tool made of the number does not matter: the bound is ours. ``alone`` says that there is no other version
    to compare it with.
    """
    asked = [one for one in findings if not one.segment or check.each_segment]
    if not asked:
        return State.INCONCLUSIVE, "", f"{check.metric} was not measured on the whole.", ""
    if check.each_segment and not any(one.segment for one in asked):
        return State.INCONCLUSIVE, "", f"{check.metric} was not measured by segment.", ""
    gaps = [(one, _gap(check, one, alone=alone)) for one in asked]
    measured = _worst_words(check, gaps)
    for one, gap in gaps:
        if gap is not None and gap < 0:
            value = _short(_judged_value(check, one))
            return State.FAILED, measured, f"{check.metric}{_where(one)} is {value}.", ""
    for one, gap in gaps:
        if gap is None:
            return State.INCONCLUSIVE, measured, _why_open(check, one), ""
    none_in_use = "No version is in use yet, so there is none to compare with."
    return State.PASSED, measured, none_in_use if alone else "", ""


def _why_open(check: Check, finding: Finding) -> str:
    none = "rests on no case" if finding.sample_size == 0 else "has no number to judge by"
    why = f"{check.metric}{_where(finding)} {_NOT_MEASURED.get(finding.outcome, none)}."
    return f"{why} {finding.message}".strip()


def _where(finding: Finding) -> str:
    return f" for {finding.segment}" if finding.segment else ""


def _gap(check: Check, finding: Finding, *, alone: bool) -> float | None:
    """Return by how much a number is on the good side; negative when it is not. None when it cannot be told."""
    value, limit = _judged_value(check, finding), _limit(check, finding)
    if value is not None and alone:
        limit = value
    if value is None or limit is None:
        return None
    gap = value - limit if check.at_least else limit - value
    return None if gap >= 0 and finding.sample_size == 0 else gap


def _limit(check: Check, finding: Finding) -> float | None:
    if check.demand == Demand.BOUND:
        return check.bound
    margin = check.bound or 0.0
    return None if finding.champion is None else finding.champion + (-margin if check.at_least else margin)


def _judged_value(check: Check, finding: Finding) -> float | None:
    if finding.outcome in _NOT_MEASURED:
        return None
    if not check.by_interval:
        return finding.value
    return finding.low if check.at_least else finding.high


def _worst_words(check: Check, gaps: list[tuple[Finding, float | None]]) -> str:
    """Return the worst number in words; where none can be judged, the first that was measured, if any was."""
    known = [(gap, place) for place, (_, gap) in enumerate(gaps) if gap is not None]
    measured = [one for one, _ in gaps if one.outcome not in _NOT_MEASURED]
    if not measured:
        return ""
    worst = gaps[min(known)[1]][0] if known else measured[0]
    words = f"{check.metric} {_short(worst.value)}"
    if worst.low is not None and worst.high is not None:
        words += f" ({_short(worst.low)} to {_short(worst.high)})"
    if check.demand == Demand.CHAMPION and worst.champion is not None:
        words += f", in use {_short(worst.champion)}"
    return words + (f", {worst.segment}" if worst.segment else "")


def needed_words(check: Check) -> str:
    """Return what a check needs, in words."""
    side = "at least" if check.at_least else "at most"
    parts = {
        Demand.PASSES: "every result passed",
        Demand.PRESENT: "sent",
        Demand.BOUND: f"{check.metric} {side} {_short(check.bound)}",
        Demand.CHAMPION: f"{check.metric} no worse than in use"
        + (f" by {_short(check.bound)}" if check.bound else ""),
    }
    words = parts[check.demand] + (" in every segment" if check.each_segment else "")
    least = check.smallest_segment if check.each_segment else check.smallest_sample
    if least:
        words += f", on {least:,} cases" + (" each" if check.each_segment else "")
    return words[:1].upper() + words[1:]


def _short(value: float | None) -> str:
    return "not known" if value is None else f"{value:.6g}"
