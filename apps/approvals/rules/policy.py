"""The approval policy: an ordered list of rules, each of which asks a role to sign.

A version is a JSON document. ``rules_of`` reads one, or says at each place what is wrong with it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.accounts.enums import APPROVING_ROLES
from apps.approvals.enums import Band, SubjectClass, Touch
from apps.approvals.rules.breakglass import check_authority
from apps.approvals.rules.terms import check_terms
from apps.approvals.rules.times import check_times
from apps.catalog.enums import ComponentKind, DataClass
from apps.core.errors import Invalid

MOST_RULES = 100
MOST_PEOPLE = 50
LAST_STAGE = 9
TIERS = (1, 2, 3, 4)
ONCE, EACH = "once", "each"

_MORE = {"break_glass", "signing", "times"}
_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
_PERSON = re.compile(r"person:([1-9][0-9]{0,17})")
_WORDS: dict[str, tuple[str, ...]] = {
    "classes": tuple(SubjectClass.values),
    "risks": tuple(Band.values),
    "touch": tuple(Touch.values),
    "kinds": tuple(ComponentKind.values),
    "data": tuple(DataClass.values),
}
_FIELDS = frozenset({"id", "role", "asks", "question", "why", "quorum", "stage", "tiers", *_WORDS})


@dataclass(frozen=True)
class Quorum:
    """How many must approve: a count, a share in percent of those who can, or people by number, all of them."""

    count: int = 0
    share: int = 0
    people: tuple[int, ...] = ()


@dataclass(frozen=True)
class Rule:
    """Which role signs, for the whole (``once``) or for each item that matches, and when this rule speaks.

    An empty condition holds for anything.
    """

    id: str
    role: str
    asks: str
    question: str
    why: str
    quorum: Quorum
    stage: int = 1
    classes: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    touch: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    tiers: tuple[int, ...] = ()
    data: tuple[str, ...] = ()

    @property
    def about_items(self) -> bool:
        """Return whether it looks at items at all."""
        return bool(self.asks == EACH or self.touch or self.kinds or self.tiers or self.data)


Problems = dict[str, list[str]]


def rules_of(document: Any) -> tuple[Rule, ...]:
    """Return the rules of a document, in order.

    Raises:
        Invalid: named by its places, such as ``rules.3.quorum``, counted from 1.
    """
    problems: Problems = {}
    rules: list[Rule] = []
    for place, given in enumerate(_listed(document, problems), start=1):
        found = _rule(given, f"rules.{place}", problems)
        if found is not None:
            rules.append(found)
    if not problems:
        _check_ids(rules, problems)
        _check_covered(rules, problems)
    if problems:
        raise Invalid(problems)
    return tuple(rules)


def _listed(document: Any, problems: Problems) -> Sequence[Any]:
    needed = {"v", "rules"}
    if not isinstance(document, dict) or document.keys() - _MORE != needed or document["v"] != 1:
        more = " or ".join(f'"{name}"' for name in sorted(_MORE))
        problems["document"] = [f'Write an object with "v": 1, "rules", perhaps {more}, and nothing else.']
        return ()
    if "break_glass" in document:
        check_authority(document["break_glass"], problems, _is_people)
    if "times" in document:
        check_times(document["times"], problems)
    if "signing" in document:
        check_terms(document["signing"], problems)
    rules = document["rules"]
    if not isinstance(rules, list) or not 1 <= len(rules) <= MOST_RULES:
        problems["rules"] = [f"Write a list of 1 to {MOST_RULES} rules."]
        return ()
    return rules


def _rule(given: Any, at: str, problems: Problems) -> Rule | None:
    if not isinstance(given, dict):
        problems[at] = ["A rule is an object."]
        return None
    for name in sorted(given.keys() - _FIELDS):
        problems[f"{at}.{str(name)[:40]}"] = [
            f"A rule has no such field. It may have {', '.join(sorted(_FIELDS))}."
        ]
    before = len(problems)
    conditions = {name: _chosen(given, name, words, at, problems) for name, words in _WORDS.items()}
    rule = Rule(
        id=_text(given, "id", 40, at, problems),
        role=_one_of(given, "role", [role.value for role in APPROVING_ROLES], at, problems),
        asks=_one_of(given, "asks", [ONCE, EACH], at, problems),
        question=_text(given, "question", 200, at, problems),
        why=_text(given, "why", 200, at, problems, may_miss=given.get("asks") == EACH),
        quorum=_quorum(given.get("quorum"), f"{at}.quorum", problems),
        stage=_stage(given.get("stage", 1), f"{at}.stage", problems),
        tiers=_chosen(given, "tiers", TIERS, at, problems),
        **conditions,
    )
    if rule.id and not _ID.fullmatch(rule.id):
        problems[f"{at}.id"] = ["Use small letters, digits and hyphens, a letter first: dataset-steward."]
    return rule if len(problems) == before else None


def _text(
    given: Mapping[str, Any], name: str, longest: int, at: str, problems: Problems, *, may_miss: bool = False
) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or "\x00" in value:
        problems[f"{at}.{name}"] = ["Write a text."]
    elif not value.strip() and not may_miss:
        problems[f"{at}.{name}"] = ["Write something here."]
    elif len(value) > longest:
        problems[f"{at}.{name}"] = [f"Shorten this to {longest} characters. It has {len(value)}."]
    else:
        return value.strip()
    return ""


def _one_of(given: Mapping[str, Any], name: str, words: Sequence[str], at: str, problems: Problems) -> str:
    value = given.get(name)
    if not isinstance(value, str) or value not in words:
        problems[f"{at}.{name}"] = [f"Choose one of {', '.join(words)}."]
        return ""
    return value


def _chosen(given: Mapping[str, Any], name: str, words: Sequence[Any], at: str, problems: Problems) -> Any:
    """Return a condition's words; a condition that is left out holds for anything, an empty one is an error."""
    if name not in given:
        return ()
    value = given[name]
    listed = (
        isinstance(value, list) and value and all(type(one) in (str, int) and one in words for one in value)
    )
    if not listed or len(set(value)) != len(value):
        said = ", ".join(map(str, words))
        problems[f"{at}.{name}"] = [f"Write a list of some of {said}, each once; or leave it out for any."]
        return ()
    return tuple(value)


def _stage(value: Any, at: str, problems: Problems) -> int:
    if type(value) is not int or not 1 <= value <= LAST_STAGE:
        problems[at] = [f"Write a whole number from 1 to {LAST_STAGE}."]
        return 1
    return value


def _quorum(value: Any, at: str, problems: Problems) -> Quorum:
    """Return a quorum. A blank one is an error, never “anyone” (DESIGN 4.5)."""
    if isinstance(value, dict) and len(value) == 1:
        kind, amount = next(iter(value.items()))
        if kind == "count" and type(amount) is int and 1 <= amount <= MOST_PEOPLE:
            return Quorum(count=amount)
        if kind == "share" and type(amount) is int and 1 <= amount <= 100:
            return Quorum(share=amount)
        if kind == "people" and _is_people(amount):
            return Quorum(people=tuple(int(name.removeprefix("person:")) for name in amount))
    problems[at] = [
        f'Say how many must sign: {{"count": 1}} (up to {MOST_PEOPLE}), {{"share": 50}} (percent of those who can), '
        'or {"people": ["user.name"]} (each of them, each once). A quorum is never left blank.'
    ]
    return Quorum(count=1)


def _is_people(value: Any) -> bool:
    return (
        isinstance(value, list)
        and 1 <= len(value) <= MOST_PEOPLE
        and all(isinstance(name, str) and _PERSON.fullmatch(name) for name in value)
        and len(set(value)) == len(value)
    )


def _check_ids(rules: list[Rule], problems: Problems) -> None:
    seen: set[str] = set()
    for place, rule in enumerate(rules, start=1):
        if rule.id in seen:
            problems[f"rules.{place}.id"] = [f"Another rule is called {rule.id}. Give each its own."]
        seen.add(rule.id)


def _check_covered(rules: list[Rule], problems: Problems) -> None:
    """Refuse a policy under which something would be asked of nobody: silence never approves (DESIGN 4.6)."""
    for change_class in SubjectClass.values:
        for band in Band.values:
            if not any(not rule.about_items and speaks(rule, change_class, band) for rule in rules):
                problems["rules"] = [
                    f"Nobody would be asked about a {change_class} change of {band} risk that touches nothing "
                    'listed. Add a rule with "asks": "once" that holds for it.'
                ]
                return


def speaks(rule: Rule, change_class: str, band: str) -> bool:
    """Return whether a rule speaks about this class and band of risk at all."""
    return (not rule.classes or change_class in rule.classes) and (not rule.risks or band in rule.risks)


def names_in(document: Any) -> set[str]:
    """Return the user names that a document gives to quorums, as far as it can be read."""
    return {name for people in _people_lists(document) for name in people if not _PERSON.fullmatch(name)}


def numbers_in(document: Any) -> set[int]:
    """Return the people whom a document names by number."""
    found = (_PERSON.fullmatch(name) for people in _people_lists(document) for name in people)
    return {int(match[1]) for match in found if match}


def with_people(document: Any, called: Mapping[str, str]) -> Any:
    """Return a document with each name of a person replaced as ``called`` says: it keeps numbers, people read names."""
    if isinstance(document, dict):
        return {
            key: [called.get(name, name) if isinstance(name, str) else name for name in value]
            if key == "people" and isinstance(value, list)
            else with_people(value, called)
            for key, value in document.items()
        }
    if isinstance(document, list):
        return [with_people(one, called) for one in document]
    return document


def _people_lists(document: Any) -> list[list[str]]:
    rules = document.get("rules") if isinstance(document, dict) else None
    quorums = (
        [rule.get("quorum") for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []
    )
    if isinstance(document, dict):
        quorums.append(document.get("break_glass"))
    lists = [quorum.get("people") for quorum in quorums if isinstance(quorum, dict)]
    return [
        [name for name in people if isinstance(name, str)] for people in lists if isinstance(people, list)
    ]
