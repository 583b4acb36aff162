"""How a round stands: what is signed, what is open, and who is waited on."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Prefetch, prefetch_related_objects

from apps.accounts.models import User
from apps.approvals.enums import UNDECIDED, RequirementState, SignatureDecision
from apps.approvals.models import Delegation, EarlierSignature, Requirement, Round, Signature
from apps.approvals.selectors.people import STANDING, able_to_sign
from apps.approvals.selectors.timing import PutOff, put_off_by, with_snoozes


@dataclass(frozen=True)
class Standing:
    """How one requirement stands: its signatures that count, and the people who could still sign it."""

    requirement: Requirement
    signatures: list[Signature]
    eligible: list[User]
    covers: list[Delegation] = field(default_factory=list)
    """In whose place some of them would sign."""
    earlier: list[EarlierSignature] = field(default_factory=list)
    snoozes: list[PutOff] = field(default_factory=list)
    """Who put it off until when."""

    @property
    def kept(self) -> list[EarlierSignature]:
        """Return the signatures on earlier revisions that count here, each with its reason."""
        return [row for row in self.earlier if row.stands]

    @property
    def stale(self) -> list[EarlierSignature]:
        """Return the decisions on earlier revisions that do not count here, each with its reason."""
        return [row for row in self.earlier if not row.counts]

    @property
    def state(self) -> str:
        return self.requirement.state

    @property
    def is_open(self) -> bool:
        return self.requirement.state == RequirementState.OPEN

    @property
    def signature(self) -> Signature | None:
        """Return the signature that met or rejected this, the last of its kind; None while there is none."""
        deciding = self.approvals if self.state == RequirementState.MET else self.signatures
        return deciding[-1] if deciding else None

    @property
    def approvals(self) -> list[Signature]:
        """Return the approvals that count towards the quorum: those that were kept, then in the order of signing."""
        given = [one for one in self.signatures if one.decision == SignatureDecision.APPROVE]
        return [row.signature for row in self.kept] + given

    @property
    def abstentions(self) -> list[Signature]:
        """Return who abstained, which counts neither for nor against."""
        return [one for one in self.signatures if one.decision == SignatureDecision.ABSTAIN]

    @property
    def too_few(self) -> bool:
        """Return whether those who are left could not make up the quorum, now or in a later stage."""
        undecided = self.state in UNDECIDED
        return undecided and len(self.approvals) + len(self.eligible) < self.requirement.quorum

    @property
    def waited_on(self) -> list[User]:
        """Return who is waited on; empty once it is signed."""
        return self.eligible if self.is_open else []


_EARLIER = EarlierSignature.objects.select_related(
    "signature__signer", "signature__on_behalf_of", "signature__requirement__round"
)


def standing(round_: Round) -> list[Standing]:
    """Return how each requirement of a round stands, in a constant number of queries."""
    asked = round_.requirements.select_related("team__escalation_contact", "handed_to").prefetch_related(
        Prefetch("signatures", Signature.objects.filter(STANDING).select_related("signer", "on_behalf_of"))
    )
    requirements = list(with_snoozes(asked))
    if round_.revision > 1:
        prefetch_related_objects(requirements, Prefetch("earlier", _EARLIER))
    able = able_to_sign(requirements)
    return [
        Standing(
            requirement,
            list(requirement.signatures.all()),
            able[requirement.pk].people,
            able[requirement.pk].covers,
            earlier=list(requirement.earlier.all()) if round_.revision > 1 else [],
            snoozes=put_off_by(requirement, able[requirement.pk].people),
        )
        for requirement in requirements
    ]


def open_counts(round_ids: Iterable[int]) -> Counter[int]:
    """Return how many requirements of each round are still to be met, now or in a later stage; one query."""
    still_open = Requirement.objects.filter(round__in=set(round_ids), state__in=UNDECIDED)
    return Counter(still_open.values_list("round_id", flat=True))
