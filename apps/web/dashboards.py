"""Which figures stand on which dashboard: how each is made, and which records stand behind its numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from apps.accounts.enums import APPROVING_ROLES
from apps.accounts.models import User
from apps.changes.enums import ChangeClass
from apps.insights.rules import dashboards as charts
from apps.insights.rules.charts import Chart
from apps.insights.rules.dashboards.models import DUE
from apps.insights.rules.dashboards.shapes import Asked
from apps.insights.rules.scope import Scope
from apps.insights.selectors import counting
from apps.insights.selectors.populations import Population, counted, records
from apps.insights.selectors.rule_effects import effect_records, effects
from apps.insights.selectors.validation import VALIDATION
from apps.policy.selectors import rules_in_force

MONTHS, CLASSES, ROLES = "months", tuple(ChangeClass.values), tuple(map(str, APPROVING_ROLES))


@dataclass(frozen=True)
class Figure:
    """``keys`` are what its rows stand under. ``said`` names what each number counts, as follows it: (one, many)."""

    make: Callable[[User, Asked], Chart]
    find: Callable[[User, Scope, str, str], QuerySet[Any]]
    keys: Callable[[Scope], tuple[str, ...]]
    said: dict[str, tuple[str, str]]


def _months(scope: Scope) -> tuple[str, ...]:
    return tuple(scope.months())


def _of(chart: Callable[..., Chart], *populations: Population) -> dict[str, Any]:
    """Return how a chart of populations is made, and where each of their numbers is found."""

    def make(user: User, asked: Asked) -> Chart:
        return chart(asked, *(counted(user, each, asked.scope) for each in populations))

    def find(user: User, scope: Scope, count: str, key: str) -> QuerySet[Any]:
        held = next(each for each in populations if count in each.counts)
        return records(user, held, scope, count, key)

    return {"make": make, "find": find}


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
        **_of(charts.waiting, counting.WAITING),
        keys=lambda _: ROLES,
        said={"given": _signatures("given")},
    ),
    "in-time": Figure(
        **_of(charts.in_time, counting.IN_TIME, counting.OVERDUE),
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
        make=lambda user, asked: charts.rules(asked, effects(user, asked.scope)),
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
        said={
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
}

DASHBOARDS = {
    "delivery": ("Delivery", ("failures", "lead", "restoring")),
    "signing": ("Signatures", ("waiting", "in-time")),
    "reviews": ("Reviews", ("reviews", "waivers")),
    "rules": ("Rules", ("rules",)),
    "plans": ("Risk and calendar", ("risk", "load")),
    "models": ("Models", ("validation",)),
}
FIRST = "delivery"
