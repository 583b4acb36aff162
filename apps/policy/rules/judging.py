"""The verdict of a set of rules about one change, with every reason. Pure: the same facts give the same verdict."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from apps.policy.enums import STOPPING, Effect, Outcome, Overall, Stage
from apps.policy.rules.expressions import Inconclusive
from apps.policy.rules.messages import filled
from apps.policy.rules.rule import Rule, Rules
from apps.policy.rules.scoring import MOST_POINTS, Score, Term, score_of
from apps.policy.rules.sheets import Sheet


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one rule. ``reason`` says why it stops, warns, or is not known.

    ``value`` is its points, its class, or in how many working days the review is due.
    """

    rule: Rule
    outcome: Outcome
    reason: str = ""
    value: float | str | None = None

    @property
    def stops(self) -> bool:
        return self.outcome in _STOPS and self.rule.effect in STOPPING

    @property
    def decides(self) -> bool:
        """Return whether it keeps the verdict from being a pass: it stops, or the class hangs on it."""
        return self.stops or (self.rule.effect == Effect.CLASSIFY and self.outcome == Outcome.INCONCLUSIVE)

    @property
    def remedy(self) -> str:
        return self.rule.remedy if self.decides or self.outcome == Outcome.WARNED else ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a set says. ``classification`` is None where no rule says one, or where it is not known."""

    overall: Overall
    results: tuple[Result, ...]
    classification: str | None
    score: Score

    @property
    def stopping(self) -> list[Result]:
        """Return what keeps it from being a pass, in the order of the rules."""
        deciding = [one for one in self.results if one.decides]
        return [one for one in deciding if one.stops or self.classification is None]

    @property
    def reasons(self) -> list[Result]:
        """Return the same as people read it: what is denied before what is not known, the gravest first."""
        return sorted(
            self.stopping, key=lambda one: (one.outcome != Outcome.NOT_MET, _GRAVITY[one.rule.severity])
        )

    @property
    def warnings(self) -> list[Result]:
        return [one for one in self.results if one.outcome == Outcome.WARNED]


_STOPS = frozenset({Outcome.NOT_MET, Outcome.INCONCLUSIVE})
_GRAVITY = {"critical": 0, "major": 1, "minor": 2}
MOST_DAYS = 60
_OPPOSITE = {Effect.REQUIRE: False, Effect.DENY: True}


def judge(
    rules: Rules, sheet: Sheet, *, stages: Collection[Stage] = tuple(Stage), waived: Collection[str] = ()
) -> Verdict:
    """Return the verdict of a set at some stages. ``waived`` are the ids of rules that a waiver covers now."""
    return verdict_of(
        rules,
        [result_of(rule, sheet, waived=rule.id in waived) for rule in rules.rules if rule.stage in stages],
    )


def result_of(rule: Rule, sheet: Sheet, *, waived: bool = False) -> Result:
    """Return what comes of one rule. What has no answer is inconclusive, never met.

    A waiver covers a rule that would stop the change, known or not; it never turns a warning or a score.
    """
    found = _outcome(rule, sheet)
    if waived and found.stops:
        return Result(rule, Outcome.WAIVED, found.reason)
    return found


def _outcome(rule: Rule, sheet: Sheet) -> Result:
    if rule.condition is not None:
        applies = sheet.answer(rule.condition)
        if isinstance(applies, Inconclusive):
            return Result(rule, Outcome.INCONCLUSIVE, f"Whether it applies is not known. {applies.reason}")
        if not applies:
            return Result(rule, Outcome.NOT_APPLICABLE)
    found = sheet.answer(rule.program)
    if isinstance(found, Inconclusive):
        return Result(rule, Outcome.INCONCLUSIVE, found.reason)
    if rule.effect == Effect.SCORE:
        return _points(rule, found)
    if rule.effect == Effect.CLASSIFY:
        return Result(rule, Outcome.MET if found else Outcome.NOT_APPLICABLE, value=found or None)
    if rule.effect == Effect.REVIEW:
        return _days(rule, found)
    if rule.effect == Effect.WARN:
        return (
            Result(rule, Outcome.WARNED, filled(rule.message, sheet.values))
            if found
            else Result(rule, Outcome.MET)
        )
    if found == _OPPOSITE[rule.effect]:
        return Result(rule, Outcome.NOT_MET, filled(rule.message, sheet.values))
    return Result(rule, Outcome.MET)


def _points(rule: Rule, found: float) -> Result:
    if not math.isfinite(found) or abs(found) > MOST_POINTS:
        return Result(rule, Outcome.INCONCLUSIVE, f"It comes to more than {MOST_POINTS} points.")
    return Result(rule, Outcome.MET, value=round(float(found), 2))


def _days(rule: Rule, found: int) -> Result:
    if not 0 <= found <= MOST_DAYS:
        return Result(rule, Outcome.INCONCLUSIVE, f"It does not come to 0 to {MOST_DAYS} working days.")
    return Result(rule, Outcome.MET, value=float(found))


def review_asked(rules: Rules, sheet: Sheet) -> Result | None:
    """Return what decides by when a change is reviewed: the first rule of that effect that applies, or None.

    Its value is in working days from its end, and 0 is never. One that is not known has no value, and decides too.
    """
    asking = (rule for rule in rules.rules if rule.effect == Effect.REVIEW)
    results = (_outcome(rule, sheet) for rule in asking)
    return next((one for one in results if one.outcome != Outcome.NOT_APPLICABLE), None)


def verdict_of(rules: Rules, results: Iterable[Result]) -> Verdict:
    """Return the verdict that results come to. A denial outweighs what is not known, and that every pass.

    The first rule that names a class decides it. One before it that is not known leaves the class, and with it the
    verdict, not known.
    """
    found = tuple(results)
    stopping = {one.outcome for one in found if one.stops}
    class_ = next((one for one in found if one.rule.effect == Effect.CLASSIFY and _speaks(one)), None)
    overall = Overall.PASS
    if Outcome.NOT_MET in stopping:
        overall = Overall.DENY
    elif stopping or (class_ is not None and class_.decides):
        overall = Overall.INCONCLUSIVE
    named = class_.value if class_ is not None and isinstance(class_.value, str) else None
    return Verdict(overall, found, named, score_of(_terms(found), rules.bands))


def _speaks(result: Result) -> bool:
    return result.outcome in (Outcome.MET, Outcome.INCONCLUSIVE)


def _terms(results: Iterable[Result]) -> list[Term]:
    """Return the terms of the score; one that is not known has no points."""
    return [
        Term(
            rule=one.rule.id,
            label=one.rule.label,
            points=one.value if isinstance(one.value, float) else None,
            source=one.rule.source,
            reason=one.reason,
        )
        for one in results
        if one.rule.effect == Effect.SCORE and one.outcome in (Outcome.MET, Outcome.INCONCLUSIVE)
    ]
