"""The rules of the approval policy as sentences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import Band, Touch
from apps.approvals.models import PolicyVersion, Requirement
from apps.approvals.rules import Need, Rule
from apps.approvals.rules.breakglass import authority_of
from apps.approvals.rules.policy import EACH
from apps.approvals.selectors import Uses, terms_in, times_in
from apps.catalog.enums import ComponentKind, DataClass

_TOUCH = {
    Touch.MOVED.value: "that moves",
    Touch.REACHED.value: "that is reached",
    Touch.PROMISED.value: "that moves and carries a data contract",
}


@dataclass(frozen=True)
class RuleRow:
    """A rule as people read it."""

    rule: Rule
    role: str
    when: str
    quorum: str
    question: str
    uses: Uses | None = None
    """How much it has asked for, where that is told."""


@dataclass(frozen=True)
class RuleChange:
    """What is different about one rule between two versions; an empty side means that it is not there."""

    id: str
    before: str
    after: str


def rows_of(
    rules: Iterable[Rule], people: Mapping[int, User], uses: Mapping[str, Uses] | None = None
) -> list[RuleRow]:
    """Return rules as people read them, in order, with what ``uses`` says that each has asked for."""
    told = uses or {}
    return [
        RuleRow(
            rule, Role(rule.role).label, when(rule), quorum(rule, people), question(rule), told.get(rule.id)
        )
        for rule in rules
    ]


def go_ahead(version: PolicyVersion) -> str:
    """Return who may let an urgent change go ahead before everyone has signed, in a sentence."""
    authority = authority_of(version.document)
    if not authority.anyone:
        return "Nobody may let a change go ahead before everyone has signed."
    people = User.objects.in_bulk(authority.people) if authority.people else {}
    who = [f"a {Role(role).label} over all that moves" for role in authority.roles]
    who += [str(people.get(pk, "somebody who has left")) for pk in authority.people]
    return (
        f"One of these may let an urgent change go ahead before everyone has signed: {_or(who)}. Never "
        f"whoever asked for it or made what it moves. The others then have {authority.hours} hours to sign."
    )


def when(rule: Rule) -> str:
    """Return what a rule speaks about: “Each dataset that moves or that is reached, in urgent changes”."""
    things = _or([ComponentKind(kind).label.lower() for kind in rule.kinds]) or "component"
    about = " ".join(
        filter(None, [f"each {things}" if rule.asks == EACH else f"any {things}", _narrowed(rule)])
    )
    if rule.asks == EACH:
        said = about
    else:
        said = (
            f"once for the whole change, when it touches {about}"
            if rule.about_items
            else "once for every change"
        )
    said += f", in {_or(rule.classes)} changes" if rule.classes else ""
    said += f", at {_or([Band(band).label.lower() for band in rule.risks])} risk" if rule.risks else ""
    return f"{said[:1].upper()}{said[1:]}"


def _narrowed(rule: Rule) -> str:
    parts = [_or([_TOUCH[touch] for touch in rule.touch])] if rule.touch else []
    parts += [f"of tier {_or([str(tier) for tier in rule.tiers])}"] if rule.tiers else []
    parts += [f"with {_or([DataClass(data).label.lower() for data in rule.data])} data"] if rule.data else []
    return " ".join(parts).replace("personal data data", "personal data")


def question(rule: Rule) -> str:
    """Return what the role is asked, with “the model” or “the component” where its name will stand."""
    kind = ComponentKind(rule.kinds[0]).label.lower() if len(rule.kinds) == 1 else "component"
    return rule.question.replace("{}", f"the {kind}" if rule.asks == EACH else "this change")


def quorum(rule: Rule, people: Mapping[int, User]) -> str:
    """Return how many sign, in words."""
    if rule.quorum.people:
        names = [str(people[pk]) if pk in people else "somebody who has left" for pk in rule.quorum.people]
        return f"{' and '.join(names)}, and nobody else"
    if rule.quorum.share:
        return f"{rule.quorum.share} % of those who can, rounded up, at least 1"
    return "1 person" if rule.quorum.count == 1 else f"{rule.quorum.count} people"


def times_said(version: PolicyVersion) -> str:
    """Return how long people get under a version: “3 working days for normal changes, …”."""
    return ", ".join(f"{time} for {name} changes" for name, time in times_in(version).items())


def proof_said(version: PolicyVersion) -> str:
    """Return for how long a proof of who one is serves under a version, and which signatures are pointed out."""
    terms = terms_in(version)
    proof = (
        f"Who has proved who they are may sign for {_many(terms.fresh_minutes, 'minute')} without proving it again; "
        "letting a change go ahead always asks"
        if terms.fresh_minutes
        else "Each signature asks for proof of who signs"
    )
    quick = (
        f"Change Managers see when one took less than {_many(terms.least_seconds, 'second')}, with no evidence opened"
        if terms.least_seconds
        else "However quick one is, it is not pointed out"
    )
    return f"{proof}. {quick}."


def _many(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


_BESIDE = {"times": times_said, "break_glass": go_ahead, "signing": proof_said}


def differences_beside(before: PolicyVersion, after: PolicyVersion) -> list[RuleChange]:
    """Return what two versions say differently beside their rules; empty when nothing is."""
    said = [(part, say(before), say(after)) for part, say in _BESIDE.items()]
    return [RuleChange(part, was, now) for part, was, now in said if was != now]


def asked_for(asked: Requirement | Need) -> str:
    """Return how many signatures of what was asked, and in which stage."""
    if asked.named:
        said = (
            "1 person by name"
            if len(asked.named) == 1
            else f"{len(asked.named)} people by name, each of them"
        )
    else:
        said = "1 signature" if asked.quorum == 1 else f"{asked.quorum} signatures"
    return said if asked.stage == 1 else f"{said}, in stage {asked.stage}"


def differences(
    before: Sequence[Rule], after: Sequence[Rule], people: Mapping[int, User]
) -> list[RuleChange]:
    """Return each rule that is new, gone or different; and their order, when that alone moved."""
    was, now = {rule.id: rule for rule in before}, {rule.id: rule for rule in after}
    found = [
        RuleChange(
            name, _said(was.get(name), now.get(name), people), _said(now.get(name), was.get(name), people)
        )
        for name in dict.fromkeys([*was, *now])
        if was.get(name) != now.get(name)
    ]
    order = [name for name in was if name in now], [name for name in now if name in was]
    if order[0] != order[1]:
        found.append(RuleChange("order", ", ".join(order[0]), ", ".join(order[1])))
    return found


def _said(rule: Rule | None, other: Rule | None, people: Mapping[int, User]) -> str:
    """Return a rule in words: all of it when the other version has none, else the parts that differ."""
    if rule is None:
        return ""
    parts = {
        "role": Role(rule.role).label,
        "when": when(rule),
        "quorum": quorum(rule, people),
        "stage": f"Stage {rule.stage}",
        "question": f"“{rule.question}”",
        "why": f"“{rule.why}”" if rule.why else "",
    }
    if other is None:
        return ". ".join(filter(None, [parts["role"], parts["when"], parts["quorum"], parts["stage"]])) + "."
    changed = {
        field.name for field in fields(rule) if getattr(rule, field.name) != getattr(other, field.name)
    }
    shown = [name if name in parts else "when" for name in changed]
    return ". ".join(parts[name] for name in parts if name in shown and parts[name])


def _or(words: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
