"""Comparing two definitions of a contract, and keeping what came of it."""

import hashlib
from collections import Counter

from django.db import transaction

from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.evidence.enums import ContractDirection, ContractLevel
from apps.evidence.models import ContractComparison, ContractDifference
from apps.evidence.rules.contracts import compared

MOST_KEPT = 200
"""Differences of one comparison that are kept one by one, the gravest first. All of them are counted."""


@transaction.atomic
def compare_definitions(*, actor: Actor, old: bytes, new: bytes) -> ContractComparison:
    """Compare two definitions and keep what the new one does to consumers. The same two again are compared once.

    It can take seconds where they hold megabytes.

    Raises:
        Invalid: ``old`` or ``new`` is no contract that is read here, or the two are of different kinds.
    """
    digests = {"old": hashlib.sha256(old).hexdigest(), "new": hashlib.sha256(new).hexdigest()}
    if known := ContractComparison.objects.filter(**digests).first():
        return known
    found = compared(old, new)
    hits = list(found.towards(ContractDirection.CONSUMER))
    counts = Counter(one.level for one in hits)
    comparison, created = ContractComparison.objects.get_or_create(
        **digests,
        defaults={
            "kind": found.kind,
            "level": found.level(ContractDirection.CONSUMER),
            **{level.value: counts[level] for level in ContractLevel},
            "compared_at": clock.now(),
        },
    )
    if created:
        ContractDifference.objects.bulk_create(
            ContractDifference(
                comparison=comparison,
                position=place,
                path=one.path,
                what=one.what,
                level=one.level,
                rule=one.rule,
                sentence=one.sentence,
                before=one.before,
                after=one.after,
            )
            for place, one in enumerate(hits[:MOST_KEPT], 1)
        )
        data = {**digests, "level": comparison.level, "breaking": comparison.breaking}
        record_event(event="contract.compared", actor=actor, obj=comparison, data=data)
    return comparison
