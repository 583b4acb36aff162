"""What the approver of a version of the rules, or of a waiver of one, judges by."""

from datetime import datetime

from apps.accounts.models import User
from apps.changes.models import Change
from apps.changes.selectors import change_for
from apps.core.errors import Invalid
from apps.gates.selectors import standing_at, waivable
from apps.policy.rules import Rule, Rules
from apps.policy.selectors import rules_in_force, rules_of, set_for, waiver_for
from apps.web import dates
from apps.web.evidence import Block, Facts, Prose, Table

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
            ["Rule", "Before", "After"],
            rule_differences(current, rules),
        ),
        Table("All its rules, in order", columns, rows, aside=f"{len(rows)} rules", folded=True),
    ]


def rule_differences(before: Rules, after: Rules) -> list[list[str]]:
    """Return the rules that are not as they were, then what else a set says otherwise."""
    old, new = ({one.id: one for one in rules.rules} for rules in (before, after))
    found = [
        [name, _in_full(old.get(name)) or NOT_THERE, _in_full(new.get(name)) or TAKEN_AWAY]
        for name in {**new, **old}
        if old.get(name) != new.get(name)
    ]
    kept = [[one for one in rules if one in old and one in new] for rules in (old, new)]
    if kept[0] != kept[1]:
        found.append(["Order", ", ".join(kept[0]), ", ".join(kept[1])])
    for name, was, now in (
        ("Title", before.title, after.title),
        ("Bands", _bands(before), _bands(after)),
        ("Prior", _prior(before), _prior(after)),
    ):
        if was != now:
            found.append([name, was, now])
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


def _in_full(rule: Rule | None) -> str:
    if rule is None:
        return ""
    parts = [rule.title, f"{rule.effect.label}, {rule.stage.label}, {rule.severity.label}", rule.said]
    parts += [one for one in (rule.message, rule.remedy, rule.label, rule.source) if one]
    return ". ".join(one.rstrip(".") for one in parts)


def _bands(rules: Rules) -> str:
    return ", ".join(f"{name} from {points:g}" for name, points in rules.bands.items())


def _prior(rules: Rules) -> str:
    return f"{rules.prior.failures:g} failures in {rules.prior.changes:g} changes"
