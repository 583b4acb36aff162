"""The numbers on top of a dashboard: each of the last days, beside the same of as many days before. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.insights.rules.charts import NOT_MEASURED
from apps.insights.rules.dashboards.shapes import percent
from apps.insights.rules.grammar import count
from apps.insights.rules.scope import Bucket
from apps.insights.rules.statistics import within

Say = Callable[[Bucket], str]
ALL = "all"
"""The key under which the records of every row of a figure stand."""


@dataclass(frozen=True)
class Number:
    """How one number is said. ``count`` names the records behind it; ``parts`` says what it is made of."""

    label: str
    count: str
    value: Say
    parts: Say = lambda _: ""


@dataclass(frozen=True)
class Told:
    """A number as people read it; ``href`` leads to its records, where there are any."""

    label: str
    value: str
    beside: str
    href: str


def told(number: Number, recent: Bucket, before: Bucket, days: int, href: str) -> Told:
    """Return a number of some days beside the same of the days before. What was not measured is never 0."""
    parts = number.parts(recent)
    beside = f"{count(days, 'day')} before: {number.value(before).lower()}"
    return Told(
        number.label,
        number.value(recent),
        f"{parts}. {beside}" if parts else beside,
        href if recent.counts.get(number.count) else "",
    )


def how_many(name: str) -> Say:
    """Say how many there are."""
    return lambda bucket: f"{bucket.counts.get(name, 0):,}"


def share_of(part: str, whole: str) -> Say:
    """Say what share one count is of another."""

    def say(bucket: Bucket) -> str:
        all_ = bucket.counts.get(whole, 0)
        return percent(bucket.counts[part] / all_ if all_ else None).said

    return say


def some_of(part: str, whole: str) -> Say:
    """Say both counts: "11 of 121"."""

    def say(bucket: Bucket) -> str:
        all_ = bucket.counts.get(whole, 0)
        return f"{bucket.counts[part]:,} of {all_:,}" if all_ else ""

    return say


def length(share: float, unit: str, scale: float = 1) -> Say:
    """Say within how long a share of all were done, in units of ``scale`` begun ones."""

    def say(bucket: Bucket) -> str:
        found = within(bucket.spread, share)
        if found is None:
            return NOT_MEASURED.said
        return f"{found / scale:,.1f} {unit}" if scale > 1 else f"{found:,} {unit}"

    return say


FAILED = Number(
    "of changes failed or went back", "failed", share_of("failed", "ended"), some_of("failed", "ended")
)
RESTORED = Number("to roll back, in the middle case", "restored", length(0.5, "min"))
LIVE = Number("from submitted to live, in the middle case", "live", length(0.5, "days", 24))
WAITED = Number("from asked to decided, in the middle case", "given", length(0.5, "h"))
WAITED_LONG = Number("from asked to decided, in nine cases of ten", "given", length(0.9, "h"))
SIGNED_IN_TIME = Number(
    "of decisions came in time", "in_time", share_of("in_time", "given"), some_of("in_time", "given")
)
DECIDED = Number("decisions given", "given", how_many("given"))
REVIEWED_IN_TIME = Number(
    "of reviews were signed in time", "in_time", share_of("in_time", "due"), some_of("in_time", "due")
)
UNSIGNED = Number("reviews past their due time, not signed", "unsigned", how_many("unsigned"))
WAIVED = Number("waivers granted", "granted", how_many("granted"))
PLANNED = Number("changes planned", "planned", how_many("planned"))
ENDED = Number("changes ended", "ended", how_many("ended"))
HIGH = Number("changes of high risk ended", "risk_3", how_many("risk_3"))
SEVERE = Number("changes of severe risk ended", "risk_4", how_many("risk_4"))
