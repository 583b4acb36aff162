"""The examples of rules: each must hold before a set goes into force."""

from collections.abc import Iterator
from dataclasses import dataclass

from apps.policy.enums import Outcome
from apps.policy.rules.judging import result_of
from apps.policy.rules.rule import Example, Rule, Rules
from apps.policy.rules.sheets import sheet_of


@dataclass(frozen=True, slots=True)
class Tried:
    """An example, and what came of it. ``place`` is where it stands in the document."""

    rule: Rule
    example: Example
    outcome: Outcome
    reason: str
    place: str

    @property
    def holds(self) -> bool:
        return self.outcome == self.example.expected


def tried(rules: Rules) -> Iterator[Tried]:
    """Yield every example of a set with what comes of it."""
    for index, rule in enumerate(rules.rules):
        for number, example in enumerate(rule.examples):
            result = result_of(rule, sheet_of(example.facts))
            yield Tried(rule, example, result.outcome, result.reason, f"rules[{index}].examples[{number}]")
