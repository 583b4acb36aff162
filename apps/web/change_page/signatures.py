"""The signatures of a change: who has signed or is waited for, and how each signature was given."""

from dataclasses import dataclass

from apps.accounts.models import User
from apps.approvals.enums import RequirementState
from apps.approvals.models import Signature
from apps.approvals.rules import describe
from apps.approvals.rules.looking import Looking
from apps.approvals.selectors import Standing, lookings_for
from apps.changes.models import Change
from apps.web.consequences import absences, handed, listed
from apps.web.dates import end, when
from apps.web.what_next import put_off, what_next


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


def block_of(one: Standing, user: User, change: Change) -> Block:
    """Return the block of a requirement: signed, rejected, asked later, or whom it waits on."""
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
    by = _so_far(one) + (paused or f"sign by {end(asked.due_at, change.time_zone)}")
    later = what_next(one, str(change.requester), change.time_zone, most=2)
    by = f"{by} · {later}" if later else by
    stale = one.stale[-1] if one.stale else None
    if any(person.pk == user.pk for person in one.waited_on):
        return Block(role, subject, "", "you", f"{by} · {_inside(stale.because)}" if stale else by)
    if one.too_few:
        return Block(role, subject, "Too few can sign", "open", f"A Change Manager can name someone · {by}")
    cover = [
        *handed(one),
        *absences(one.covers, user, change.time_zone),
        *put_off(one.snoozes, change.time_zone),
    ]
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
