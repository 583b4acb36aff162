"""Which figures stand on which dashboard: how each is made, and which records stand behind its numbers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from apps.accounts.enums import APPROVING_ROLES
from apps.accounts.models import User
from apps.approvals.selectors import policy_in_force, times_in
from apps.changes.enums import ChangeClass
from apps.insights.rules import dashboards as charts
from apps.insights.rules.charts import Chart
from apps.insights.rules.dashboards import numbers
from apps.insights.rules.dashboards.models import DUE
from apps.insights.rules.dashboards.numbers import ALL, Number, Told, told
from apps.insights.rules.dashboards.shapes import Asked
from apps.insights.rules.scope import Bucket, Counted, Scope, added
from apps.insights.selectors import counting
from apps.insights.selectors.populations import Population, counted, records
from apps.insights.selectors.rule_effects import effect_records, effects
from apps.insights.selectors.trained import covered, covered_people
from apps.insights.selectors.validation import VALIDATION
from apps.playbooks.selectors import courses_in_use
from apps.policy.selectors import rules_in_force

CLASSES, ROLES = (*ChangeClass.values, ALL), (*map(str, APPROVING_ROLES), ALL)


@dataclass
class Reading:
    """What is counted for one page, each population by one statement.

    ``halves`` are the recent days and those before, of which the numbers on top of the dashboard ``name`` are.
    """

    user: User
    scope: Scope
    name: str = ""
    halves: tuple[Scope, Scope] | None = None
    held: dict[int, list[Counted]] = field(default_factory=dict)

    def counted(self, population: Population) -> Counted:
        """Return a population over the period."""
        if id(population) not in self.held:
            numbered = (
                self.halves if any(population is each for _, each, _ in NUMBERS.get(self.name, ())) else ()
            )
            self.held[id(population)] = counted(self.user, population, self.scope, *(numbered or ()))
        return self.held[id(population)][0]

    def beside(self, population: Population) -> tuple[Bucket, Bucket]:
        """Return a population over the recent days, and over those before."""
        if id(population) not in self.held:
            self.held[id(population)] = counted(self.user, population, *self.halves or ())
        recent, before = self.held[id(population)][-2:]
        return added(recent.values()), added(before.values())


@dataclass(frozen=True)
class Figure:
    """``make`` makes it of what was counted for a page.

    ``keys`` are what its rows stand under, and ``ALL`` where a number on top counts all of them. ``said`` names what
    each number counts, as follows it: (one, many).
    """

    make: Callable[["Reading", Asked], Chart]
    find: Callable[[User, Scope, str, str], QuerySet[Any]]
    keys: Callable[[Scope], tuple[str, ...]]
    said: dict[str, tuple[str, str]]


def _months(scope: Scope) -> tuple[str, ...]:
    return (*scope.months(), ALL)


def _of(chart: Callable[..., Chart], *populations: Population) -> dict[str, Any]:
    """Return how a chart of populations is made, and where each of their numbers is found."""

    def make(reading: "Reading", asked: Asked) -> Chart:
        return chart(asked, *map(reading.counted, populations))

    def find(user: User, scope: Scope, count: str, key: str) -> QuerySet[Any]:
        held = next(each for each in populations if count in each.counts)
        return records(user, held, scope, count, "" if key == ALL else key)

    return {"make": make, "find": find}


def _waiting(asked: Asked, found: Counted) -> Chart:
    """Return the figure of waiting, beside the time for the class that is asked for, or else for normal changes."""
    of_class = asked.scope.change_class or ChangeClass.NORMAL.value
    return charts.waiting(asked, found, (of_class, times_in(policy_in_force())[of_class]))


def _changes(what: str) -> tuple[str, str]:
    return f"change {what}", f"changes {what}"


def _signatures(what: str) -> tuple[str, str]:
    return f"decision {what}", f"decisions {what}"


def _reviews(what: str) -> tuple[str, str]:
    return f"review {what}", f"reviews {what}"


FIGURES = {
    "failures": Figure(
        **_of(charts.failures, counting.FAILURES),
        keys=_months,
        said={"ended": _changes("that ended"), "failed": _changes("that failed or went back")},
    ),
    "lead": Figure(
        **_of(charts.lead, counting.LEAD),
        keys=lambda _: CLASSES,
        said={"live": _changes("that went live")},
    ),
    "restoring": Figure(
        **_of(charts.restoring, counting.RESTORING),
        keys=_months,
        said={
            "failed": _changes("that failed or went back"),
            "restored": _changes("that went back"),
            "unknown": _changes("that failed, without a time of going back"),
        },
    ),
    "waiting": Figure(
        **_of(_waiting, counting.DECISIONS),
        keys=lambda _: ROLES,
        said={"given": _signatures("given")},
    ),
    "in-time": Figure(
        **_of(charts.in_time, counting.DECISIONS, counting.OVERDUE),
        keys=lambda _: ROLES,
        said={
            "in_time": _signatures("in time"),
            "late": _signatures("given late"),
            "overdue": ("signature overdue", "signatures overdue"),
        },
    ),
    "reviews": Figure(
        **_of(charts.reviews, counting.REVIEWS),
        keys=_months,
        said={
            "due": _reviews("that fell due"),
            "in_time": _reviews("signed in time"),
            "late": _reviews("signed late"),
            "unsigned": _reviews("past the due time and not signed"),
        },
    ),
    "waivers": Figure(
        **_of(charts.waivers, counting.WAIVERS),
        keys=_months,
        said={"granted": ("waiver granted", "waivers granted")},
    ),
    "rules": Figure(
        make=lambda reading, asked: charts.rules(asked, effects(reading.user, asked.scope)),
        find=effect_records,
        keys=lambda _: tuple(rule.id for rule in rules_in_force()[1].rules),
        said={
            "stopped": _changes("that the rule stopped"),
            "fixed": _changes("that the rule stopped and that went out later"),
            "waived": ("waiver of the rule", "waivers of the rule"),
            "judged": _changes("that ended after the rule was met"),
            "failed": _changes("that got past the rule and failed"),
        },
    ),
    "risk": Figure(
        **_of(charts.risk, counting.RISK),
        keys=_months,
        said={"ended": _changes("that ended")}
        | {
            f"risk_{level}": _changes(f"of {word} risk")
            for level, word in ((1, "low"), (2, "moderate"), (3, "high"), (4, "severe"))
        },
    ),
    "load": Figure(
        **_of(charts.load, counting.LOAD),
        keys=_months,
        said={"planned": _changes("planned"), "blocked": _changes("planned and blocked now")},
    ),
    "validation": Figure(
        **_of(charts.validation, VALIDATION),
        keys=lambda _: tuple(DUE),
        said={"cards": ("approved model card", "approved model cards")},
    ),
    "training": Figure(
        make=lambda reading, asked: charts.training(asked, covered(reading.user, asked.scope)),
        find=covered_people,
        keys=lambda _: tuple(each.course.ref for each in courses_in_use()),
        said={
            "people": ("person of whom it is asked", "people of whom it is asked"),
            "held": ("person who holds it", "people who hold it"),
            "soon": ("person whose training runs out soon", "people whose training runs out soon"),
            "lacking": ("person who lacks it", "people who lack it"),
        },
    ),
}

DASHBOARDS = {
    "delivery": ("Delivery", ("failures", "lead", "restoring")),
    "signing": ("Signatures", ("waiting", "in-time")),
    "reviews": ("Reviews", ("reviews", "waivers")),
    "rules": ("Rules", ("rules",)),
    "plans": ("Risk and calendar", ("risk", "load")),
    "models": ("Models", ("validation",)),
    "training": ("Training", ("training",)),
}
FIRST = "delivery"
OF_DECISIONS = ("delivery", "signing")
"""Those that count decisions, which are taken in each minute."""

NUMBERS: dict[str, tuple[tuple[str, Population, Number], ...]] = {
    "delivery": (
        ("failures", counting.FAILURES, numbers.FAILED),
        ("restoring", counting.RESTORING, numbers.RESTORED),
        ("lead", counting.LEAD, numbers.LIVE),
        ("waiting", counting.DECISIONS, numbers.WAITED),
    ),
    "signing": (
        ("in-time", counting.DECISIONS, numbers.SIGNED_IN_TIME),
        ("waiting", counting.DECISIONS, numbers.WAITED),
        ("waiting", counting.DECISIONS, numbers.WAITED_LONG),
        ("waiting", counting.DECISIONS, numbers.DECIDED),
    ),
    "reviews": (
        ("reviews", counting.REVIEWS, numbers.REVIEWED_IN_TIME),
        ("reviews", counting.REVIEWS, numbers.UNSIGNED),
        ("waivers", counting.WAIVERS, numbers.WAIVED),
    ),
    "plans": (
        ("load", counting.LOAD, numbers.PLANNED),
        ("risk", counting.RISK, numbers.ENDED),
        ("risk", counting.RISK, numbers.HIGH),
        ("risk", counting.RISK, numbers.SEVERE),
    ),
}
"""The numbers on top of a dashboard: the figure that their records are those of, and what is counted."""


def told_numbers(reading: Reading, link: Callable[[str, str], str]) -> list[Told]:
    """Return the numbers on top of a dashboard. ``link`` takes a figure and what is counted."""
    if reading.halves is None:
        return []
    days = (reading.halves[0].span.end - reading.halves[0].span.start) / timedelta(days=1)
    return [
        told(number, *reading.beside(population), round(days), link(figure, number.count))
        for figure, population, number in NUMBERS.get(reading.name, ())
    ]
