"""The score of risk as the page of gates shows it: what each term adds, from what, and because of what."""

from dataclasses import dataclass

from apps.gates.selectors import GateStanding
from apps.policy.rules import BANDS, FACTS, Rule, Term, rate_words
from apps.web.rule_words import value_said

_RATE = "_failure_rate"


@dataclass(frozen=True)
class TermRow:
    """One term. ``counted`` says from what its points come and what that means, ``source`` why they are counted."""

    label: str
    points: str
    counted: tuple[tuple[str, str], ...]
    source: str
    url: str


@dataclass(frozen=True)
class RiskScore:
    """The sum, its band from 1 low to 4 severe, and its terms; without any, no rule adds points."""

    points: float
    level: int
    complete: bool
    begins: str
    rows: tuple[TermRow, ...]


def risk_score(held: GateStanding) -> RiskScore:
    """Return the score of a change, the weightiest term first and what is not known last."""
    score = held.verdict.score
    rules = {one.rule.id: one.rule for one in held.verdict.results}
    terms = sorted(score.terms, key=lambda term: (term.points is None, -abs(term.points or 0)))
    return RiskScore(
        points=score.points,
        level=1 + (BANDS.index(score.band) + 1 if score.band in BANDS else 0),
        complete=score.complete,
        begins=", ".join(f"{name} from {held.rules.bands[name]:g}" for name in BANDS),
        rows=tuple(_row(term, rules[term.rule], held) for term in terms),
    )


def _row(term: Term, rule: Rule, held: GateStanding) -> TermRow:
    points = "Not known" if term.points is None else f"{term.points:+g}".replace("-", "\N{MINUS SIGN}")
    counted = ((term.reason, ""),) if term.points is None else tuple(_said(name, held) for name in rule.facts)
    url = f"/rules/versions/{held.rules_version}/#{rule.id}"
    return TermRow(term.label, points, counted, term.source, url)


def _said(name: str, held: GateStanding) -> tuple[str, str]:
    """Return the value of a fact, and what the fact is; a rate of failures as the counts that it is made of."""
    record = name.removesuffix(_RATE)
    failures, changes = held.facts.get(f"{record}_failures"), held.facts.get(f"{record}_changes")
    if name.endswith(_RATE) and failures is not None and changes is not None:
        return rate_words(failures, changes, held.rules.prior), ""
    return value_said(held.facts.get(name)), FACTS[name].meaning.rstrip(".")
