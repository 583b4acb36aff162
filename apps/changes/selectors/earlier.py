"""What earlier decisions still say of a change as it is now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from apps.approvals.enums import SignatureDecision
from apps.approvals.models import EarlierSignature, Requirement, Signature
from apps.approvals.rules import Earlier
from apps.changes.models import Change, Revision
from apps.changes.rules.difference import Difference
from apps.changes.rules.materiality import Judge, as_judged, differences_for, parts_that_differ
from apps.changes.selectors.revisions import named_contents

Content = Mapping[str, Any]


class Asked(Protocol):
    """A role that is asked, for a component or for the whole: a need, or the requirement that it became."""

    @property
    def role(self) -> str: ...
    @property
    def component_key(self) -> str: ...


def earlier_for(change: Change, needs: Iterable[Asked], content: Content) -> list[Earlier]:
    """Return what became of each person's last decision on a need, as the content is now; three queries.

    An approval counts when nothing that its role judges differs from what was signed.
    """
    last = _last_decisions(change)
    if not last:
        return []
    contents = _contents(change, last.values())
    names, now = _named(contents, content)
    found = []
    for judge, signature, one in _compared(last.values(), contents, needs, content):
        lines = differences_for(judge, names[signature.requirement.round.revision], now)
        found.append(replace(one, lines=tuple(line.line for line in lines)))
    return found


def decisions_on(change: Change, needs: Iterable[Asked], content: Content) -> list[tuple[Signature, Earlier]]:
    """Return what ``earlier_for`` does, each with its signature and its signer, but not line by line; two queries."""
    last = _last_decisions(change).values()
    compared = _compared(last, _contents(change, last), needs, content)
    return [(signature, one) for _, signature, one in compared]


def _compared(
    decided: Collection[Signature], contents: Mapping[int, Content], needs: Iterable[Asked], content: Content
) -> Iterator[tuple[Judge, Signature, Earlier]]:
    wanted = list(needs)
    asked = frozenset(need.role for need in wanted)
    for need in wanted:
        judge = Judge(need.role, need.component_key, asked)
        for signature in decided:
            role, key = signature.requirement.role, signature.requirement.component_key
            if (role, key) == (need.role, need.component_key):
                signed = contents[signature.requirement.round.revision]
                yield judge, signature, _earlier(judge, signature, signed, content)


def _named(contents: Mapping[int, Content], now: Content) -> tuple[dict[int, Content], Content]:
    """Return contents with people by name, alike in all of them."""
    *named, current = named_contents(*map(dict, contents.values()), dict(now))
    return dict(zip(contents, named, strict=True)), current


def _earlier(judge: Judge, signature: Signature, signed: Content, now: Content) -> Earlier:
    number = signature.requirement.round.revision
    parts = parts_that_differ(as_judged(judge, signed, now), now)
    approved = signature.decision == SignatureDecision.APPROVE
    because = f"Nothing that this role judges has changed since revision {number}."
    if parts:
        because = f"Changed since revision {number}: {', '.join(parts)}."
    if not approved:
        because = f"Revision {number} was not approved. {because}"
    return Earlier(signature.pk, judge.role, judge.component_key, approved and not parts, because)


def _last_decisions(change: Change) -> dict[tuple[str, str, int], Signature]:
    """Return the last decision of each person as each role for each component, in the order in which they decided.

    What was taken back is none.
    """
    kind, ref = change.ledger_ref()
    given = Signature.objects.filter(
        requirement__round__subject_type=kind, requirement__round__subject_ref=ref
    )
    last: dict[tuple[str, str, int], Signature] = {}
    for signature in given.select_related("requirement__round", "signer").order_by("signed_at", "pk"):
        asked = signature.requirement
        who = asked.role, asked.component_key, signature.signer_id
        if signature.decision == SignatureDecision.WITHDRAW:
            last.pop(who, None)
        elif signature.withdrawn_at is None:
            last[who] = signature
    return last


def _contents(change: Change, decided: Iterable[Signature]) -> dict[int, Content]:
    numbers = {signature.requirement.round.revision for signature in decided}
    rows = change.revisions.filter(number__in=numbers)
    return dict(rows.values_list("number", "content"))


def changed_since(
    change: Change, asked: Requirement, numbers: Collection[int], now: Content, *, roles: Iterable[str]
) -> dict[int, list[Difference]]:
    """Return what differs, in what a requirement's role judges, between each of these revisions and a content.

    ``roles`` are those that the round asks. Two queries; a revision that is not there is left out.
    """
    before = dict(change.revisions.filter(number__in=numbers).values_list("number", "content"))
    if not before:
        return {}
    *named, after = named_contents(*before.values(), dict(now))
    judge = Judge(asked.role, asked.component_key, frozenset(roles))
    return {
        number: differences_for(judge, content, after) for number, content in zip(before, named, strict=True)
    }


@dataclass(frozen=True)
class SinceSigned:
    """A decision on an earlier revision, and what changed since, in what its role judges."""

    row: EarlierSignature
    changed: list[Difference] = field(default_factory=list)


def since_signed(requirements: Sequence[Requirement]) -> dict[int, list[SinceSigned]]:
    """Return what became of earlier decisions on requirements of open rounds, with what changed since; four queries.

    The caller has found the requirements for a person; what they may sign, they may see.
    """
    rounds = {one.round_id for one in requirements if one.round.revision > 1}
    rows = EarlierSignature.objects.filter(
        requirement__in=[one.pk for one in requirements], withdrawn_at=None
    ).select_related(
        "signature__signer", "signature__on_behalf_of", "signature__requirement__round", "requirement__round"
    )
    found: dict[int, list[SinceSigned]] = {}
    if not rounds or not rows:
        return found
    contents = _contents_of_rounds(rounds)
    roles: dict[int, set[str]] = defaultdict(set)
    for round_id, role in Requirement.objects.filter(round__in=rounds).values_list("round_id", "role"):
        roles[round_id].add(role)
    for row in rows:
        asked = row.requirement
        judge = Judge(asked.role, asked.component_key, frozenset(roles[asked.round_id]))
        of_round = contents[asked.round_id]
        changed = (
            []
            if row.counts
            else differences_for(judge, of_round[row.revision], of_round[asked.round.revision])
        )
        found.setdefault(asked.pk, []).append(SinceSigned(row, changed))
    return found


def _contents_of_rounds(rounds: set[int]) -> dict[int, dict[int, Content]]:
    """Return the contents of all revisions of the changes that are out in these rounds, people by name."""
    rows = Revision.objects.filter(change__round__in=rounds).values_list(
        "change__round_id", "number", "content"
    )
    places, contents = [], []
    for round_id, number, content in rows:
        places.append((round_id, number))
        contents.append(content)
    found: dict[int, dict[int, Content]] = defaultdict(dict)
    for (round_id, number), named in zip(places, named_contents(*contents), strict=True):
        found[round_id][number] = named
    return found
