"""What a draft would have decided of changes that are past, beside what is in force."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.policy.enums import Overall, Way
from apps.policy.rules.judging import Verdict, result_of, verdict_of
from apps.policy.rules.rule import Rules
from apps.policy.rules.sheets import sheet_of


@dataclass(frozen=True, slots=True)
class Decided:
    """What a set decides about a change, without the words: ``stopping`` and ``warning`` are the rules that do."""

    overall: Overall
    classification: str | None
    band: str
    stopping: tuple[str, ...]
    warning: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One change whose verdict differs."""

    ref: str
    way: Way
    was: Decided
    now: Decided

    @property
    def because(self) -> list[str]:
        """Return the rules that stop it under one set and not the other; of one newly warned, those that warn."""
        if self.way == Way.WARNED:
            return sorted(set(self.now.warning) - set(self.was.warning))
        return sorted(set(self.was.stopping) ^ set(self.now.stopping))


@dataclass
class DryRun:
    """A dry run. A change that is not let through, whether denied or not known, is stopped. Two parts add up."""

    looked_at: int = 0
    stopped_by_both: int = 0
    let_through_by_both: int = 0
    differences: list[Difference] = field(default_factory=list)

    def __add__(self, other: "DryRun") -> "DryRun":
        return DryRun(
            self.looked_at + other.looked_at,
            self.stopped_by_both + other.stopped_by_both,
            self.let_through_by_both + other.let_through_by_both,
            self.differences + other.differences,
        )

    def of(self, way: Way) -> list[Difference]:
        """Return the differences of one kind, in the order of the history."""
        return [one for one in self.differences if one.way == way]


def dry_run(history: Iterable[tuple[str, Mapping[str, Any]]], *, before: Rules, after: Rules) -> DryRun:
    """Judge each change of a history, given as its reference and its facts, by two sets.

    What both sets say is worked out once.
    """
    found = DryRun()
    places = {rule: index for index, rule in enumerate(after.rules)}
    shared = [(rule, places.get(rule)) for rule in before.rules]
    for ref, facts in history:
        sheet = sheet_of(facts)
        now = [result_of(rule, sheet) for rule in after.rules]
        was = [result_of(rule, sheet) if index is None else now[index] for rule, index in shared]
        _count(found, ref, decided(verdict_of(before, was)), decided(verdict_of(after, now)))
    return found


def _count(found: DryRun, ref: str, was: Decided, now: Decided) -> None:
    passed = {was.overall == Overall.PASS, now.overall == Overall.PASS}
    found.looked_at += 1
    found.let_through_by_both += passed == {True}
    found.stopped_by_both += passed == {False}
    way = way_of(was, now)
    if way is not None:
        found.differences.append(Difference(ref, way, was, now))


def decided(verdict: Verdict) -> Decided:
    """Return a verdict without its words."""
    stopping = tuple(one.rule.id for one in verdict.stopping)
    warning = tuple(one.rule.id for one in verdict.warnings)
    return Decided(verdict.overall, verdict.classification, verdict.score.band, stopping, warning)


def way_of(was: Decided, now: Decided) -> Way | None:
    """Return how two verdicts differ, the gravest way; None where they agree and the later one warns of no more."""
    before, after = was.overall == Overall.PASS, now.overall == Overall.PASS
    if before != after:
        return Way.STOPPED if before else Way.FREED
    if (was.classification, was.band) != (now.classification, now.band):
        return Way.RECLASSIFIED
    if was.overall != now.overall:
        return Way.OTHERWISE
    return Way.WARNED if set(now.warning) - set(was.warning) else None
