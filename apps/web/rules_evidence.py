"""What the approver of a version of the rules, or of a waiver of one, judges by."""

from datetime import datetime

from apps.accounts.models import User
from apps.changes.models import Change
from apps.changes.selectors import change_for
from apps.core.errors import Invalid
from apps.gates.enums import RehearsalState
from apps.gates.selectors import rehearsals_of, standing_at, waivable, ways_of
from apps.policy.models import PolicySet
from apps.policy.rules import Example, Rule, Rules
from apps.policy.selectors import rules_in_force, rules_of, set_for, waiver_for
from apps.web import dates
from apps.web.evidence import Block, Facts, Prose, Table
from apps.web.rule_words import value_said, ways_said

NOT_THERE, TAKEN_AWAY = "Not there", "Taken away"
_ALLOWS = (
    "Once everyone asked has signed, it keeps nothing back here until the waiver ends. "
    "Whoever asked, or a Change Manager over everything, may take it back before."
)


def rules_evidence(user: User, ref: str) -> list[Block]:
    """Return the evidence on a version such as RULES-2, from the document whose digest is signed."""
    version = set_for(user, int(ref.removeprefix("RULES-")))
    if version is None:
        return []
    try:
        rules = rules_of(version)
    except Invalid:
        return [Prose("Why it is proposed", version.reason)]
    number, current = rules_in_force()
    rows = [[one.id, one.title, str(one.stage.label), str(one.effect.label), one.said] for one in rules.rules]
    columns = ["Rule", "Says", "Stage", "Does", "Expression"]
    return [
        Prose("Why it is proposed", version.reason),
        Table(
            f"What is different from version {number}",
            ["What", "Part", "Before", "After"],
            rule_differences(current, rules),
        ),
        Prose("What it would have decided on the last year", _tried_on_the_year(user, version)),
        Table("All its rules, in order", columns, rows, aside=f"{len(rows)} rules", folded=True),
    ]


def rule_differences(before: Rules, after: Rules) -> list[list[str]]:
    """Return what a set says otherwise: of each rule the parts that moved, then what is said beside the rules."""
    old, new = ({one.id: one for one in rules.rules} for rules in (before, after))
    found = [row for name in {**new, **old} for row in _moved(name, old.get(name), new.get(name))]
    kept = [[one for one in rules if one in old and one in new] for rules in (old, new)]
    if kept[0] != kept[1]:
        found.append(["The set", "Order", ", ".join(kept[0]), ", ".join(kept[1])])
    for name, was, now in (
        ("Title", before.title, after.title),
        ("Bands", _bands(before), _bands(after)),
        ("Prior", _prior(before), _prior(after)),
    ):
        if was != now:
            found.append(["The set", name, was, now])
    return found


def rule_waiver_evidence(user: User, ref: str) -> list[Block]:
    """Return the evidence on a waiver such as RWV-3, from the content whose digest is signed."""
    found = waiver_for(user, int(ref.removeprefix("RWV-")))
    if found is None:
        return []
    signed = found.content
    change = change_for(user, signed["scope"])
    rule = waivable(signed["rule"], change)
    facts = [
        ("Check" if signed["rule"].isupper() else "Rule", signed["rule"]),
        ("It says", signed["title"]),
        *([("It looks at", rule.looks_at)] if rule and rule.says == signed["says"] else []),
        ("For", signed["scope"]),
        ("Until", dates.when(datetime.fromisoformat(signed["until"]))),
    ]
    return [
        Prose("Why it should not hold here", signed["reason"]),
        Prose("What is done instead", signed["compensating"]),
        Facts("What is waived", facts),
        *(
            [Facts("How it stands now", rows)]
            if change and (rows := stands_now(change, signed["rule"]))
            else []
        ),
        Prose("What your signature allows", _ALLOWS),
    ]


def stands_now(change: Change, rule: str) -> list[tuple[str, str]]:
    """Return what came of a rule or a check for a change by now: of a check, for each component that it looks at."""
    held = standing_at(change)
    found = [
        (str(part.item.component), one) for part in held.parts for one in part.checks if one.check.id == rule
    ]
    if found:
        return [
            (
                name,
                ". ".join(dict.fromkeys(s.rstrip(".") for s in (one.measured, one.reason) if s)) or "Passes",
            )
            for name, one in found
        ]
    results = [one for one in held.verdict.results if one.rule.id == rule]
    return [(change.ref, one.reason or str(one.outcome.label)) for one in results]


def _moved(name: str, before: Rule | None, after: Rule | None) -> list[list[str]]:
    """Return a line for each part of a rule that is not as it was; one line for a rule that comes or goes."""
    old, new = (_parts(one) if one else {} for one in (before, after))
    if before is None or after is None:
        return [[name, "All of it", _in_full(old) or NOT_THERE, _in_full(new) or TAKEN_AWAY]]
    return [
        [name, part, old[part] or "Empty", new[part] or "Empty"] for part in old if old[part] != new[part]
    ]


def _parts(rule: Rule) -> dict[str, str]:
    """Return everything that a rule says, by what its editor calls it."""
    return {
        "Title": rule.title,
        "Judged at": str(rule.stage.label),
        "Does": str(rule.effect.label),
        "How grave": str(rule.severity.label),
        "Where it applies": rule.when,
        "Expression": rule.expression,
        "What people read": rule.message,
        "What they can do": rule.remedy,
        "Name of its points": rule.label,
        "Why it is there": rule.source,
        "Examples": "; ".join(_example(one) for one in rule.examples),
    }


def _example(one: Example) -> str:
    given = ", ".join(f"{name} {value_said(value)}" for name, value in one.facts.items())
    return f"{one.given}: {one.expected.label} with {given or 'nothing known'}"


def _in_full(parts: dict[str, str]) -> str:
    return ". ".join(f"{part}: {text.rstrip('.')}" for part, text in parts.items() if text)


def _tried_on_the_year(user: User, version: PolicySet) -> str:
    """Return what the last dry run of a version found, as it is signed."""
    done = rehearsals_of(user, version).filter(digest=version.digest, state=RehearsalState.DONE)
    run = done.first()
    if run is None:
        return "Nobody has tried it on the changes of the last year."
    return f"{run.ref}, of {run.total:,} changes: {ways_said(ways_of([run])[run.pk])}."


def _bands(rules: Rules) -> str:
    return ", ".join(f"{name} from {points:g}" for name, points in rules.bands.items())


def _prior(rules: Rules) -> str:
    return f"{rules.prior.failures:g} failures in {rules.prior.changes:g} changes"
