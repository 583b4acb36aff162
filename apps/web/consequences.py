"""What a decision sets off, in words: the row of the inbox, and the two boxes above the evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.approvals.enums import RequirementState, RoundState
from apps.approvals.models import Delegation, Requirement, Round
from apps.approvals.selectors import Standing
from apps.web import dates


@dataclass(frozen=True)
class Outcomes:
    """What follows when a person signs, when they reject, and when they abstain."""

    sign: str
    reject: str
    abstain: str


def row_sentence(requirement: Requirement, still_open: int) -> str:
    """Return what follows, for a row. ``still_open`` counts the open requirements of its round, this one included."""
    round_ = requirement.round
    if round_.went_ahead_at is not None:
        if round_.began_at is None:
            return "It may go ahead without this. If you sign: you say that it is right."
        return "It went ahead without this. If you sign: you say afterwards that it was right."
    left = still_open - 1 if requirement.quorum == 1 else still_open
    begins = f", and may start {_start(round_)}" if round_.starts_at else ""
    if left <= 0:
        return f"If you sign: every role has signed{begins}."
    would = f" It would start {_start(round_)}." if round_.starts_at else ""
    return f"If you sign: {signatures(left)} {'remains' if left == 1 else 'remain'}.{would}"


def waiting_sentence(requirement: Requirement, people: Sequence[User]) -> str:
    """Return whom a requirement waits on, for a row of what a person asked of others."""
    if not people:
        return "Nobody holds this role any more. A Change Manager can name someone."
    if len(people) <= 2:
        return f"Waits on {' or '.join(map(str, people))}."
    return f"Waits on one of {len(people)} people who are {requirement.get_role_display()}."


def absences(covers: Sequence[Delegation], reader: User, zone: dates.Zone = None) -> list[str]:
    """Return “Ann Doe is away until the end of Fri 27 Nov. Ben Roe or Cleo Poe signs in their place” for each giver.

    The reader is “you”, and who is not away lets others sign. Deputies of one person with one end are said together.
    """
    told: dict[tuple[int, bool, datetime], list[Delegation]] = {}
    for one in covers:
        told.setdefault((one.giver_id, one.away, one.ends_at), []).append(one)
    return [_absence(found, reader, zone) for found in told.values()]


def _absence(covers: Sequence[Delegation], reader: User, zone: dates.Zone) -> str:
    one = covers[0]
    own = one.giver_id == reader.pk
    giver = "You" if own else str(one.giver)
    deputies = list(
        dict.fromkeys("you" if row.delegate_id == reader.pk else str(row.delegate) for row in covers)
    )
    names, until = " or ".join(deputies), dates.end(one.ends_at, zone)
    if not one.away:
        return f"{giver} {'let' if own else 'lets'} {names} sign in {'your' if own else 'their'} place until {until}"
    signs = "sign" if deputies[-1] == "you" else "signs"
    return (
        f"{giver} {'are' if own else 'is'} away until {until}. "
        f"{sentence_case(names)} {signs} in {'your' if own else 'their'} place"
    )


def handed(one: Standing) -> list[str]:
    """Return that a requirement went to the team's contact, and why; empty for any other."""
    contact = one.requirement.handed_to
    return [f"Went to {contact}, the team's contact: nobody else is left"] if contact else []


def outcomes(requirement: Requirement, rows: Sequence[Standing], reader: User | None) -> Outcomes:
    """Return what follows from each decision on a requirement of a round that stands like ``rows``.

    ``reader`` is the person who reads it when they are the one to decide, else None.
    """
    here = next(row for row in rows if row.requirement.pk == requirement.pk)
    return Outcomes(_if_signed(here, rows, reader), _if_rejected(requirement.round), _if_abstained(here))


_IN_FORCE = {
    "rules": " It is in force at once, for every change that is submitted from then on.",
    "checks": " It is in force at once, for every change that is submitted from then on.",
    "rule_waiver": " It keeps nothing back here until the waiver ends.",
}
"""What approving this does at once, by the subject of a round."""


def _if_signed(here: Standing, rows: Sequence[Standing], reader: User | None) -> str:
    round_ = here.requirement.round
    waited = [row for row in rows if row.is_open and row.requirement.pk != here.requirement.pk]
    more = any(row.waited_on == [reader] for row in waited)
    done = f"{'Your' if reader and not more else 'This'} part is done for revision {round_.revision}."
    if round_.went_ahead_at is not None:
        missing = here.requirement.quorum - len(here.approvals) - 1
        rest = f" {_still_sign(waited, reader, here.requirement)}" if waited else ""
        if missing <= 0 and not waited:
            rest = (
                " Everyone has then signed it, afterwards."
                if round_.began_at
                else " Everyone has then signed it."
            )
        ahead = "It went ahead before." if round_.began_at else "It may go ahead before everyone has signed."
        return f"{done} {ahead}{rest}"
    missing = here.requirement.quorum - len(here.approvals) - 1
    if missing > 0:
        role = here.requirement.get_role_display()
        return f"{done} {missing} more must sign as {role}. Nothing goes live yet."
    if not waited and (later := _next_stage(rows)):
        return f"{done} {later} Nothing goes live yet."
    if not waited:
        then = f" It may start {_start(round_)}, unless something else blocks it." if round_.starts_at else ""
        then = _IN_FORCE.get(round_.subject_type, then)
        return f"{done} Every role has then signed, and {round_.subject_ref} is approved.{then}"
    return f"{done} {_still_sign(waited, reader, here.requirement)} Nothing goes live yet."


def _next_stage(rows: Sequence[Standing]) -> str:
    """Return who is asked in the next stage, as a sentence; empty when there is none."""
    later = [row.requirement for row in rows if row.state == RequirementState.WAITING]
    if not later:
        return ""
    stage = min(asked.stage for asked in later)
    roles = sorted({f"a {asked.get_role_display()}" for asked in later if asked.stage == stage})
    return f"Then {listed(roles)} {'is' if len(roles) == 1 else 'are'} asked, in stage {stage}."


def _still_sign(waited: Sequence[Standing], reader: User | None, here: Requirement) -> str:
    """Return who still signs: people by name where one person alone can, roles where several can.

    Who signs in a role can give what is asked of it elsewhere, so the reader is told that this is theirs too.
    """
    named: dict[str, None] = {}
    mine = []
    for row in waited:
        if row.waited_on == [reader]:
            mine.append(row.requirement.component_label or "the whole")
            continue
        alone = len(row.waited_on) == 1
        role = row.requirement.get_role_display()
        theirs = row.requirement.role == here.role and reader in row.waited_on
        several = f"you or another {role}" if theirs else f"a {role}"
        named[str(row.waited_on[0]) if alone else several] = None
    yours = f"You still sign for {listed(mine)}." if mine else ""
    rest = (
        f"{sentence_case(listed(list(named)))} still {'signs' if len(named) == 1 else 'sign'}."
        if named
        else ""
    )
    return " ".join(filter(None, [yours, rest]))


def _if_rejected(round_: Round) -> str:
    if round_.went_ahead_at is not None:
        told = "Executives and Change Managers are told."
        if round_.began_at is None:
            return (
                f"{round_.subject_ref} has not started. It stops at once, for every role, and nothing has to be "
                f"undone. {told}"
            )
        return (
            f"{round_.subject_ref} went ahead before. It is marked as refused afterwards, and does not stop by "
            f"itself: people decide whether to go back. {told}"
        )
    asked_by = str(round_.opened_by) if round_.opened_by else "Whoever asked"
    if round_.subject_type == "waiver":
        return (
            f"{round_.subject_ref} is refused, for every role. The conflict counts. {asked_by} is told why."
        )
    if round_.subject_type == "rule_waiver":
        return (
            f"{round_.subject_ref} is refused, for every role. Nothing is set aside. {asked_by} is told why."
        )
    if round_.subject_type == "briefing":
        return f"{round_.subject_ref} stays a draft. {asked_by} is told why, and can mend it and ask again."
    if round_.subject_type == "card":
        return (
            f"{round_.subject_ref} is a draft again, for every role. {asked_by} is told why, and can mend it."
        )
    in_versions = round_.subject_type in ("policy", "standard", "checks", "rules")
    again = "propose another version" if in_versions else f"send revision {round_.revision + 1}"
    return f"{round_.subject_ref} stops at once, for every role. {asked_by} is told why, and can {again}."


def _if_abstained(here: Standing) -> str:
    """Return what an abstention does: as a rule nothing, but it counts as a refusal when too few are left."""
    asked = here.requirement
    able = len(here.approvals) + len(here.eligible) - 1
    if able < asked.quorum:
        follows = "is marked as refused afterwards" if asked.round.began_at else "stops at once"
        return f"Too few are left to sign, so {asked.round.subject_ref} {follows}, as if it were rejected."
    return f"It counts neither way. {others(len(here.eligible) - 1)} can still sign as {asked.get_role_display()}."


def others(count: int) -> str:
    """Return “1 other” or “3 others”."""
    return f"{count} other{'' if count == 1 else 's'}"


_ENDS = {
    RoundState.OPEN: "waits for other signatures",
    RoundState.APPROVED: "was signed by every role",
    RoundState.REJECTED: "was rejected by another role",
    RoundState.CLOSED: "was taken back before every role had signed",
    RoundState.EXPIRED: "was given up: others did not sign in time",
}


def decided_sentence(requirement: Requirement) -> str:
    """Return what became of a requirement, for a row of what was decided."""
    round_ = requirement.round
    what = f"Revision {round_.revision}"
    return {
        RequirementState.WAITING: f"{round_.subject_ref} waits for others.",
        RequirementState.OPEN: f"{round_.subject_ref} waits for others.",
        RequirementState.MET: f"{what} {_ENDS[RoundState(round_.state)]}.",
        RequirementState.REJECTED: f"{what} stopped here.",
        RequirementState.LAPSED: f"{what} was settled without this.",
    }[RequirementState(requirement.state)]


def signatures(count: int) -> str:
    """Return “1 signature” or “3 signatures”."""
    return f"{count} signature{'' if count == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """Return “A”, “A and B” or “A, B and C”."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def sentence_case(text: str) -> str:
    """Return a text with its first letter in upper case, and the rest as it is."""
    return text[:1].upper() + text[1:]


def _start(round_: Round) -> str:
    return dates.when(round_.starts_at) if round_.starts_at else ""
