"""What the page of a review shows, gathered for its template."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects
from django.http import QueryDict

from apps.accounts.models import User
from apps.calendar.rules import YEARS
from apps.core import clock
from apps.evidence.models import Result
from apps.insights.rules.endings import how_it_ended, minutes_between
from apps.insights.rules.grammar import figure
from apps.insights.selectors import Went, known_of, went_of
from apps.reviews import rules, selectors
from apps.reviews.enums import Theme
from apps.reviews.models import Moment, Review
from apps.reviews.selectors import Filters
from apps.web import dates, entries
from apps.web.report_link import report_url


@dataclass(frozen=True)
class MeasureRow:
    """A measure as the table shows it; what is not there is written out. ``report`` names its newest evidence."""

    name: str
    before: str
    predicted: str
    realised: str
    bound: str
    has_bound: bool
    verdict: str
    report: str
    measured: str


@dataclass(frozen=True)
class Line:
    """A line of what happened: from the ledger, with its ``entry``, or what a person added, with its ``moment``."""

    at: datetime
    what: str
    who: str
    icon: str
    entry: int | None = None
    moment: Moment | None = None


def page_of(user: User, review: Review) -> dict[str, Any]:
    """Return what the page of a review needs. ``review`` is of ``review_for``: it knows how many answered."""
    prefetch_related_objects([review], "factors", "moments")
    standing = selectors.standing_of(user, review)
    went = went_of(user, review)
    actions = list(review.actions.select_related("owner", "factor"))
    factors, moments = selectors.factors_of(review), selectors.moments_of(review)
    texts = [review.what_happened, *(one.what for one in moments), *(one.text for one in factors)]
    metrics = [one.metric for one in went.measures]
    told = {"asked": review.asked, "answered": review.answered}  # type: ignore[attr-defined]
    now = clock.now()
    return {
        "review": review,
        "ending": _ending(review),
        "took": _took(review),
        "measures": [_measure_row(one, went.evidence.get(one.metric.pk)) for one in went.measures],
        "timeline": _timeline(went, moments),
        "factors": factors,
        "hints": rules.hints_in(*texts, review.went_well) if review.state == "open" else [],
        "went_well": review.went_well.splitlines(),
        "actions": [
            {
                "action": one,
                "may_complete": rules.may_complete(
                    one, user_id=user.pk, change_manager=standing.change_manager
                ),
                "may_turn": rules.may_turn(one, standing, user_id=user.pk),
            }
            for one in actions
        ],
        "checks": rules.signing_checks(review, metrics, len(actions), **told),
        "late": review.due_at is not None and review.due_at < now,
        "signable": not rules.missing_fields(review),
        "may_write": rules.may_write(review, standing),
        "may_sign": rules.may_sign(review, standing),
        "report_url": report_url(user, review.change),
    }


def records_of(user: User, review: Review) -> dict[str, Any]:
    """Return what stands around a change under review, and the past reviews like it."""
    prefetch_related_objects([review], "factors")
    similar = selectors.similar_reviews(user, review)
    return {"review": review, "known": known_of(user, review), "similar": similar}


def filters_in(query: QueryDict) -> Filters:
    """Return which signed reviews an address asks for; what cannot be read asks for nothing."""
    theme = query.get("theme", "")
    return Filters(
        theme=theme if theme in Theme.values else "",
        since=_day_in(query.get("since", "")),
        before=_day_in(query.get("before", "")),
    )


def _day_in(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def said_of(filters: Filters) -> str:
    """Return which signed reviews are meant, as a sentence; empty for all of them."""
    parts = [f"with trouble of the theme “{Theme(filters.theme).label}”"] if filters.theme else []
    if filters.since:
        parts.append(f"that ended on {dates.day(filters.since)} or later (UTC)")
    if filters.before:
        parts.append(f"that ended before {dates.day(filters.before)} (UTC)")
    return f"Only changes {' and '.join(parts)}." if parts else ""


def _timeline(went: Went, moments: Iterable[Moment]) -> list[Line]:
    """Return what the ledger tells of how the change went, and what people added, in the order of time."""
    lines = [
        Line(row.entry.event.at, row.said, row.who.name, row.who.icon, entry=row.number)
        for row in entries.rows(went.story)
    ]
    lines += [Line(one.at, one.what, one.who, "pencil", moment=one) for one in moments]
    return sorted(lines, key=lambda line: line.at)


def _ending(review: Review) -> str:
    zone = ZoneInfo(review.change.time_zone)
    return how_it_ended(review.outcome, review.actual_start, review.actual_end, zone=zone, today=clock.now())


def _took(review: Review) -> str:
    if review.actual_start is None or review.actual_end is None:
        return ""
    return f"It took {minutes_between(review.actual_start, review.actual_end)}"


def _measure_row(measure: selectors.Measure, result: Result | None) -> MeasureRow:
    metric = measure.metric
    has_bound = metric.bound is not None
    return MeasureRow(
        name=metric.name,
        before=_amount(metric.baseline, metric.unit),
        predicted=f"{metric.get_direction_display()} {figure(metric.target, metric.unit)}",
        realised=_amount(metric.realised, metric.unit),
        bound=_amount(metric.bound, metric.unit) if has_bound else "None set",
        has_bound=has_bound,
        verdict=measure.verdict,
        report=result.report.ref if result else "",
        measured=_measured(result, metric.unit) if result else "",
    )


def _measured(result: Result, unit: str) -> str:
    """Return what the evidence says, with its interval where it has one."""
    value = _amount(result.value, unit)
    if result.low is None or result.high is None:
        return value
    return f"{value} ({figure(result.low, '')} to {figure(result.high, unit)})"


def _amount(value: float | None, unit: str) -> str:
    return "Not measured" if value is None else figure(value, unit)
