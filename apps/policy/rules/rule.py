"""A rule, and a set of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.core.canonical import digest
from apps.policy.enums import Effect, Outcome, Severity, Stage
from apps.policy.rules.expressions import Compiled, compiled
from apps.policy.rules.track_record import Prior

RESULTS = {
    Effect.REQUIRE: ("BOOL",),
    Effect.DENY: ("BOOL",),
    Effect.WARN: ("BOOL",),
    Effect.SCORE: ("INT", "DOUBLE"),
    Effect.CLASSIFY: ("STRING",),
    Effect.REVIEW: ("INT",),
}


@dataclass(frozen=True, slots=True)
class Example:
    """Facts, and what must come of the rule with them."""

    given: str
    facts: Mapping[str, Any]
    expected: Outcome


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``when`` says where it applies; empty is everywhere. ``source`` says why it is there.

    ``message`` is what people read when it is not met, or when it warns; ``{change.tier}`` in it is the fact's value.
    ``label`` names the points of a score. Two rules are the same that say the same, whatever their examples.
    """

    id: str
    stage: Stage
    effect: Effect
    title: str
    expression: str
    message: str = ""
    remedy: str = ""
    when: str = ""
    label: str = ""
    source: str = ""
    severity: Severity = Severity.MAJOR
    examples: tuple[Example, ...] = field(default=(), compare=False)
    condition: Compiled | None = field(init=False, repr=False, compare=False)
    program: Compiled = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "program", compiled(self.expression, *RESULTS[self.effect]))
        object.__setattr__(self, "condition", compiled(self.when, "BOOL") if self.when else None)

    @property
    def says(self) -> str:
        """Return the SHA-256 of what it asks: another wording of its message is the same rule, another bound is not."""
        parts = (self.stage, self.effect, self.severity, self.when, self.expression)
        return digest([str(part) for part in parts])

    @property
    def said(self) -> str:
        """Return the expressions on one line."""
        return f"{self.expression} (where {self.when})" if self.when else self.expression

    @property
    def facts(self) -> tuple[str, ...]:
        """Return the names of the facts that it looks at."""
        return tuple(dict.fromkeys((*(self.condition.facts if self.condition else ()), *self.program.facts)))


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """A set of rules, in order. ``bands`` maps each band of risk but the lowest to the points where it begins."""

    title: str
    rules: tuple[Rule, ...]
    bands: Mapping[str, float]
    prior: Prior

    @property
    def facts(self) -> frozenset[str]:
        """Return the names of the facts that any of its rules looks at."""
        return frozenset(name for rule in self.rules for name in rule.facts)
