"""The numbers on top of the dashboards: what a plain look at each row gives, for the recent days and those before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from apps.approvals.models import Signature
from apps.insights.rules.dashboards import says
from apps.insights.rules.dashboards.shapes import Asked
from apps.insights.rules.measures import Span
from apps.insights.rules.scope import Bucket
from apps.web.dashboards import FIGURES, NUMBERS, Reading, told_numbers
from tests.changes.estate import Estate, at
from tests.insights.histories import NOW, SCOPES, SPAN, fill
from tests.insights.test_dashboards import HANDS, ByHand, begun, by_rank

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MIDDLE = SPAN.start + timedelta(days=40)


def live(hand: ByHand) -> list[int]:
    return [
        begun(each.actual_end - each.first_submitted_at, HOUR)
        for each in hand.ended
        if not hand.went_wrong(each) and each.first_submitted_at
    ]


def restored(hand: ByHand) -> list[int]:
    wrong = [each for each in hand.ended if hand.went_wrong(each) and hand.went_back(each)]
    return [begun(each.actual_end - each.actual_start, MINUTE) for each in wrong]


def waited(hand: ByHand) -> list[int]:
    found = []
    for each in hand.decisions():
        asked = each.requirement
        before = Signature.objects.filter(
            requirement__round=asked.round_id,
            requirement__stage__lt=asked.stage,
            signed_at__lt=each.signed_at,
        )
        since = max([one.signed_at for one in before], default=SPAN.start - timedelta(days=9))
        found.append(max(begun(each.signed_at - since - asked.paused_for, HOUR), 0))
    return found


def said_by_hand(hand: ByHand, figure: str, label: str) -> tuple[str, str]:
    """Return a number and what it is made of, as its label asks for them."""
    sizes: dict[str, int] = {}
    for (_, name), found in HANDS[figure](hand).items():
        sizes[name] = sizes.get(name, 0) + len(found)
    shares = {
        "of changes failed or went back": ("failed", sizes.get("ended", 0)),
        "of decisions came in time": ("in_time", sizes.get("in_time", 0) + sizes.get("late", 0)),
        "of reviews were signed in time": ("in_time", sizes.get("due", 0)),
    }
    if label in shares:
        name, whole = shares[label]
        part = sizes.get(name, 0)
        return (f"{part / whole:.0%}", f"{part} of {whole}") if whole else ("Not measured", "")
    lengths: dict[str, tuple[Callable[[ByHand], list[int]], float, str, int]] = {
        "from submitted to live, in the middle case": (live, 0.5, "days", 24),
        "to roll back, in the middle case": (restored, 0.5, "min", 1),
        "from asked to decided, in the middle case": (waited, 0.5, "h", 1),
        "from asked to decided, in nine cases of ten": (waited, 0.9, "h", 1),
    }
    if label in lengths:
        look, share, unit, scale = lengths[label]
        values = look(hand)
        if not values:
            return "Not measured", ""
        value = by_rank(values, share)
        return (f"{value / scale:,.1f} {unit}" if scale > 1 else f"{value:,} {unit}"), ""
    names = {"changes ended": "ended", "decisions given": "given", "waivers granted": "granted"}
    names |= {"changes planned": "planned", "reviews past their due time, not signed": "unsigned"}
    names |= {"changes of high risk ended": "risk_3", "changes of severe risk ended": "risk_4"}
    if names[label] == "given":
        return str(len(hand.decisions())), ""
    if names[label] == "ended":
        return str(len(hand.ended)), ""
    return str(sizes.get(names[label], 0)), ""


@pytest.mark.parametrize("seed", [3])
def test_each_number_on_top_is_what_a_look_at_each_row_gives(estate: Estate, seed: int) -> None:
    fill(estate, seed)
    user = estate.people["henrik"]
    with at(NOW):
        for scope in SCOPES[:2] + SCOPES[3:4]:
            # The days before begin outside the period, as they do when a person asks for a short one.
            scope = replace(scope, span=Span(MIDDLE - timedelta(days=9), SPAN.end))
            halves = tuple(
                replace(scope, span=Span(start, start + timedelta(days=33)))
                for start in (MIDDLE, MIDDLE - timedelta(days=33))
            )
            recent, before = (ByHand(user, half) for half in halves)
            for name, numbers in NUMBERS.items():
                reading = Reading(user, scope, name, halves)
                for population in {id(each): each for _, each, _ in numbers}.values():
                    reading.counted(population)  # with the period, as the figures of the page do
                for told, (figure, _, _) in zip(told_numbers(reading, lambda *_: "/"), numbers, strict=True):
                    value, parts = said_by_hand(recent, figure, told.label)
                    beside = f"33 days before: {said_by_hand(before, figure, told.label)[0].lower()}"
                    assert (told.value, told.beside) == (value, f"{parts}. {beside}" if parts else beside), (
                        name
                    )
                    assert bool(told.href) == (
                        value not in ("0", "Not measured") and not value.startswith("0%")
                    )


def test_number_of_nothing_is_not_measured_and_leads_nowhere(estate: Estate) -> None:
    halves = (SCOPES[0], replace(SCOPES[0], span=Span(SPAN.start - (SPAN.end - SPAN.start), SPAN.start)))
    with at(NOW):
        told = told_numbers(Reading(estate.people["henrik"], SCOPES[0], "delivery", halves), lambda *_: "/")
    assert {(each.value, each.href) for each in told} == {("Not measured", "")}
    assert {each.beside for each in told} == {"91 days before: not measured"}


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ((40, 200), (10, 200), "It fell from 20% in the first full month of the period to 5% in the last."),
        ((10, 200), (40, 200), "It rose from 5% in the first"),
        ((2, 20), (1, 20), "Chance alone can do that."),
        ((0, 0), (1, 20), ""),
    ],
)
def test_trend_is_told_only_where_chance_alone_seldom_does_it(
    first: tuple[int, int], last: tuple[int, int], said: str
) -> None:
    asked = Asked(SCOPES[0], NOW, lambda *_: "")
    counted = {
        month: Bucket({"failed": part, "ended": whole}, {})
        for month, (part, whole) in (("2026-09", first), ("2026-10", last), ("2026-11", (9, 9)))
    }
    found = says.trend(asked, counted, "failed", "ended")
    assert said in found
    assert bool(found) == bool(said)


def test_figures_say_what_their_titles_leave_out(estate: Estate) -> None:
    fill(estate, 4)
    with at(NOW):
        reading = Reading(estate.people["henrik"], SCOPES[0])
        said = {name: FIGURES[name].make(reading, Asked(SCOPES[0], NOW, lambda *_: "")) for name in FIGURES}
    assert "Nine in ten decisions of a" in said["waiting"].says
    assert "Goal: 3 working days" in str(said["waiting"].drawing)
    assert "late most often" in said["in-time"].says
    assert all(row[-1].said for row in said["rules"].rows)
