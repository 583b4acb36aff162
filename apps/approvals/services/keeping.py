"""Keeping what still counts: the signatures of an earlier revision beside the requirements of a new one.

Whether what a role judged has changed is the caller's to say. Here it is asked whether the signer may still stand
for the new revision: holds the role, is not barred, fills no other role, and is not the last who could fill one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from apps.accounts.enums import Role
from apps.approvals.enums import RequirementState, SignatureDecision
from apps.approvals.models import EarlierSignature, Requirement, Round, Signature
from apps.approvals.rules import Earlier, unreachable
from apps.approvals.selectors import Tally, eligible_people, tallies
from apps.approvals.services.attesting import attest_kept
from apps.audit.services import record_event
from apps.core.actors import Actor


@dataclass(frozen=True)
class Outdated:
    """A decision on an earlier revision that does not count any more, with what changed since, in words."""

    row: EarlierSignature
    lines: tuple[str, ...]


@dataclass
class Laid:
    """What became of earlier signatures: by person, why theirs counts, or why it does not."""

    kept: dict[int, EarlierSignature] = field(default_factory=dict)
    stale: dict[int, Outdated] = field(default_factory=dict)

    def add(self, row: EarlierSignature, lines: tuple[str, ...]) -> None:
        """Take up a decision, for whoever gave it and in whose place."""
        if row.counts:
            self.kept |= dict.fromkeys(row.people, row)
        else:
            self.stale |= dict.fromkeys(row.people, Outdated(row, lines))


def lay_beside(
    *, actor: Actor, round: Round, requirements: Sequence[Requirement], earlier: Sequence[Earlier]
) -> Laid:
    """Keep each earlier signature that still counts, say of each other why not, and move what is met by them.

    To be called in the transaction that opens the round. Each is in the ledger, with its reason.
    """
    laid = Laid()
    if not earlier:
        return laid
    asked = {(one.role, one.component_key): one for one in requirements}
    given = Signature.objects.select_related("signer", "on_behalf_of", "requirement__round")
    signatures = given.in_bulk([one.signature_id for one in earlier])
    able = {pk: {user.pk for user in people} for pk, people in eligible_people(requirements).items()}
    tally = tallies([round.pk])[round.pk]
    for one in earlier:
        requirement, signature = asked[one.role, one.component_key], signatures[one.signature_id]
        why_not = "" if one.counts else one.because
        why_not = why_not or _not_any_more(requirement, signature, able[requirement.pk], tally)
        row = EarlierSignature(
            requirement=requirement,
            signature=signature,
            counts=not why_not,
            because=(why_not or one.because)[:500],
        )
        _write(actor, round, row)
        if row.counts:
            tally.taken |= dict.fromkeys(row.people, requirement.role)
        laid.add(row, one.lines)
    _settle(requirements)
    return laid


def _not_any_more(requirement: Requirement, signature: Signature, able: set[int], tally: Tally) -> str:
    """Return why a person cannot stand for the new revision by an earlier signature, or nothing when they can."""
    who = str(requirement.get_role_display())
    # What a deputy signed is held against the one in whose place they did, who may be back by now.
    signer = signature.on_behalf_of_id or signature.signer_id
    if signature.decision != SignatureDecision.APPROVE:
        return "It was not an approval."
    if signer not in able:
        return f"Its signer may not sign this revision as {who} any more."
    taken = tally.taken.get(signer, requirement.role)
    if taken != requirement.role:
        return f"Its signer stands as {Role(taken).label} already. One person never fills two roles."
    missing = unreachable(tally.asks, tally.taken | {signer: requirement.role})
    if missing is not None and unreachable(tally.asks, tally.taken) is None:
        return f"Its signer is needed as {missing.label}: nobody else is left."
    return ""


def _write(actor: Actor, round_: Round, row: EarlierSignature) -> None:
    signature = row.signature
    if row.counts:
        attestation = attest_kept(row)
        row.attestation = attestation.decode()
        row.attestation_digest = hashlib.sha256(attestation).hexdigest()
    row.save(force_insert=True)
    data = {
        "requirement": row.requirement_id,
        "role": row.requirement.role,
        "component": row.requirement.component_key,
        "revision": round_.revision,
        "digest": round_.digest,
        "signer": f"person:{signature.signer_id}",
        **({"for": f"person:{signature.on_behalf_of_id}"} if signature.on_behalf_of_id else {}),
        "signed_revision": row.revision,
        "signed_digest": signature.digest,
        "signature": signature.attestation_digest,
        "because": row.because,
    }
    if row.counts:
        data["attestation"] = row.attestation_digest
    record_event(
        event="approval.kept" if row.counts else "approval.stale", actor=actor, obj=round_, data=data
    )


def _settle(requirements: Sequence[Requirement]) -> None:
    """Move what earlier signatures alone meet. The round is ended by whoever opened it."""
    rows = EarlierSignature.objects.filter(requirement__in=requirements, counts=True)
    kept: dict[int, int] = {}
    for pk in rows.values_list("requirement_id", flat=True):
        kept[pk] = kept.get(pk, 0) + 1
    for requirement in requirements:
        if kept.get(requirement.pk, 0) >= requirement.quorum:
            requirement.state = RequirementState.MET
            requirement.save(update_fields=["state", "updated_at"])
