"""Briefings of weeks, quarters and portfolios: their words, and their numbers counted again another way."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.accounts.enums import Role
from apps.accounts.models import Team, User
from apps.catalog.enums import DependencyKind
from apps.catalog.models import Dependency
from apps.catalog.selectors import forget_graph
from apps.changes.enums import ChangeState, Harm, Likelihood
from apps.changes.models import ChangeItem
from apps.insights.rules.covering import (
    Coming,
    Counts,
    Covered,
    Ended,
    First,
    Portfolio,
    Worst,
    build_period,
)
from apps.insights.rules.facts import Scenario
from apps.insights.rules.paper import FIGURE_LIMIT, HEADINGS, WORD_LIMIT
from apps.insights.rules.periods import Period, PeriodKind, period_named, period_of
from apps.insights.rules.readability import GRADE_GOAL
from apps.insights.selectors import period_for, portfolio_for
from tests.insights.build import in_review
from tests.people import add_person
from tests.reviews.build import a_change, a_component, a_review, a_version

TUESDAY = datetime(2026, 11, 10, 9, tzinfo=UTC)
COUNT = st.integers(0, 400)
NAMES = st.lists(st.sampled_from(["Lending", "Checkout and Payments", "Retail and Stores"]), unique=True)
ODD = st.text(alphabet=st.sampled_from("ab .\n-é“"), max_size=300)


@st.composite
def covered(draw: st.DrawFn) -> Covered:
    starting, total, before = draw(COUNT), draw(COUNT), draw(COUNT)
    decisions = draw(st.integers(0, 30))
    ahead = draw(st.integers(0, starting))
    scenario = Scenario(draw(ODD), draw(st.sampled_from(Likelihood)), draw(st.sampled_from(Harm)), draw(ODD))
    return Covered(
        period=period_of(draw(st.sampled_from(PeriodKind)), date(2026, 11, 10)),
        today=TUESDAY,
        zone=ZoneInfo(draw(st.sampled_from(["Europe/London", "Pacific/Auckland", "America/Los_Angeles"]))),
        counts=Counts(
            decisions,
            draw(st.integers(0, decisions)),
            starting,
            draw(COUNT),
            Ended(draw(st.integers(0, total)), total),
            Ended(draw(st.integers(0, before)), before),
        ),
        coming=Coming(
            kinds=(("model", draw(st.integers(1, 30))), ("dataset", 1)) if starting else (),
            owners=tuple(draw(NAMES)),
            products=tuple(draw(NAMES)),
            ahead=ahead,
            worst=Worst(draw(ODD), scenario) if ahead and draw(st.booleans()) else None,
            slowest=draw(st.none() | st.integers(0, 5000)) if ahead else None,
            untimed=draw(st.integers(0, ahead)),
        ),
        portfolio=draw(st.none() | st.just(Portfolio("team", "lending", "Lending"))),
        first=First("CHG-1", draw(ODD), TUESDAY, draw(ODD)) if decisions else None,
        waiting_since=TUESDAY - timedelta(days=draw(st.integers(0, 40))) if decisions else None,
    )


@settings(max_examples=60, deadline=None)
@given(covered())
def test_period_whatever_it_holds_is_short_in_order_and_agrees_in_number(facts: Covered) -> None:
    briefing = build_period(facts)
    assert briefing.measure.words <= WORD_LIMIT
    assert len(briefing.figures) <= FIGURE_LIMIT
    assert all(one.comparator for one in briefing.figures)
    assert [part.key for part in briefing.parts] == list(HEADINGS)
    assert all(part.text for part in briefing.parts)
    text = " ".join([briefing.title, briefing.decision.heading, *(part.text for part in briefing.parts)])
    for wrong in (
        "one changes",
        "one decisions",
        "one days",
        "one change start ",
        "decisions is",
        "-1",
    ):
        assert wrong not in text


@pytest.mark.parametrize("number", [1, 2, 12])
def test_period_in_our_own_words_alone_reads_below_the_goal(number: int) -> None:
    for kind in PeriodKind:
        facts = Covered(
            period_of(kind, date(2026, 11, 10)),
            TUESDAY,
            ZoneInfo("UTC"),
            Counts(number, number - 1, number, 0, Ended(0, number), Ended(number - 1, number)),
            Coming(
                (("feature set", number), ("model", 1)),
                ("Lending",),
                ("Loan app",),
                number,
                None,
                95,
                number - 1,
            ),
            first=First("CHG-1", "Loan scoring", TUESDAY),
            waiting_since=TUESDAY - timedelta(days=number),
        )
        measure = build_period(facts).measure
        assert measure.grade <= GRADE_GOAL
        assert measure.failing == ()


def test_period_with_nothing_in_it_says_so_in_every_part() -> None:
    none = Counts(0, 0, 0, 0, Ended(0, 0), Ended(0, 0))
    briefing = build_period(
        Covered(period_of(PeriodKind.QUARTER, date(2026, 11, 10)), TUESDAY, ZoneInfo("UTC"), none, Coming())
    )
    assert briefing.title == "No decision is needed this quarter"
    assert [part.text for part in briefing.parts] == [
        "No change starts this quarter. In the quarter before, none did.",
        "Nobody: nothing is planned to start.",
        "Nothing new can go wrong while nothing starts.",
        "There is nothing left to undo.",
        "No decision is due this quarter.",
    ]


@settings(max_examples=50)
@given(st.dates(date(1950, 1, 1), date(2900, 1, 1)), st.sampled_from(PeriodKind))
def test_periods_follow_each_other_without_a_gap_and_come_back_by_their_name(
    day: date, kind: PeriodKind
) -> None:
    period = period_of(kind, day)
    assert period.holds(day)
    assert period_named(period.name) == period
    assert (period.before.end, period.after.first) == (period.first, period.end)
    assert period.after.before == period


@pytest.mark.parametrize("name", ["2026-W54", "2026-Q5", "2026", "26-W01", "9999-W01", "２０２６-Q1", ""])
def test_period_of_a_name_that_is_none_is_none(name: str) -> None:
    assert period_named(name) is None


@pytest.fixture
def executive() -> User:
    with time_machine.travel(TUESDAY, tick=False):
        return add_person("ruth", Role.EXECUTIVE)


def a_quarter() -> Period:
    return period_of(PeriodKind.QUARTER, TUESDAY.date())


def some_changes(team: Team) -> None:
    """Fill a quarter: changes that wait, start, ended well and ended badly, some of them of a team's model."""
    model = a_component("loan-model", owner_team=team)
    version = a_version(model, "2")
    for days in (1, 3, -2):
        change = in_review(TUESDAY + timedelta(days=days))
        ChangeItem.objects.create(change=change, component=model, to_version=version)
    in_review(TUESDAY + timedelta(days=2))
    for days, outcome in ((-5, "successful"), (-9, "rolled_back"), (-100, "with_issues")):
        a_review(
            actual_end=TUESDAY + timedelta(days=days),
            actual_start=TUESDAY + timedelta(days=days, hours=-1),
            planned_start=TUESDAY + timedelta(days=days, hours=-1),
            outcome=outcome,
        )
    a_change(state=ChangeState.WITHDRAWN, planned_start=TUESDAY)


RECOUNT = """
SELECT (SELECT count(DISTINCT c.id) FROM changes_change c
          JOIN approvals_requirement r ON r.round_id = c.round_id AND r.state = 'open' AND r.due_at < %(end)s
         WHERE c.state = 'in_review'),
       (SELECT count(DISTINCT c.id) FROM changes_change c
          JOIN approvals_requirement r ON r.round_id = c.round_id AND r.state = 'open' AND r.due_at < %(now)s
         WHERE c.state = 'in_review'),
       (SELECT count(*) FROM changes_change WHERE planned_start >= %(start)s AND planned_start < %(end)s
           AND state NOT IN ('draft', 'rejected', 'withdrawn', 'expired')),
       (SELECT count(*) FROM changes_change WHERE planned_start >= %(last)s AND planned_start < %(start)s
           AND state NOT IN ('draft', 'rejected', 'withdrawn', 'expired')),
       (SELECT count(*) FROM reviews_review WHERE actual_end >= %(start)s AND actual_end < %(end)s),
       (SELECT count(*) FROM reviews_review WHERE actual_end >= %(start)s AND actual_end < %(end)s
           AND outcome IN ('successful', 'with_issues')),
       (SELECT count(*) FROM reviews_review WHERE actual_end >= %(last)s AND actual_end < %(start)s)
"""


@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(PeriodKind))
def test_each_number_of_a_period_is_what_another_query_counts(executive: User, kind: PeriodKind) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        some_changes(Team.objects.create(slug="lending", name="Lending"))
        period = period_of(kind, TUESDAY.date())
        counts = period_for(executive, period).counts
    zone = ZoneInfo(executive.time_zone)
    at = [
        datetime.combine(day, datetime.min.time(), zone)
        for day in (period.before.first, period.first, period.end)
    ]
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT, dict(zip(("last", "start", "end"), at, strict=True)) | {"now": TUESDAY})
        row = cursor.fetchone()
    ended, before = counts.ended, counts.ended_before
    assert row == (
        counts.decisions,
        counts.overdue,
        counts.starting,
        counts.started_before,
        ended.total,
        ended.as_planned,
        before.total,
    )
    assert counts.decisions == 4
    assert counts.overdue == 1


@pytest.mark.django_db
def test_numbers_of_a_period_lead_to_all_of_their_records_page_by_page(
    executive: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.insights.rules.paging.ROWS", 2)
    client.force_login(executive)
    with time_machine.travel(TUESDAY, tick=False):
        some_changes(Team.objects.create(slug="lending", name="Lending"))
        period = period_of(PeriodKind.WEEK, TUESDAY.date())
        whole = period_for(executive, period)
        for name in ("decisions", "starting", "ended"):
            seen, number = [], 1
            while True:
                found = period_for(executive, period, turned_to={name: number})
                page = getattr(found.pages, name)
                assert found.first == whole.first
                assert found.briefing == whole.briefing
                seen += [one.pk for one in getattr(found, name)]
                if page.after is None:
                    break
                number = page.after
            assert len(seen) == len(set(seen)) == page.total, name
        shown = client.get(f"/briefings/{period.name}/?decisions=2&starting=99999&ended=x").content.decode()
    assert "3 to 4 of 4." in shown
    assert 'href="?decisions=1&amp;starting=99999&amp;ended=x#decisions"' in shown


@pytest.mark.django_db
def test_portfolio_holds_the_changes_that_move_its_parts_and_no_other(executive: User) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        team = Team.objects.create(slug="lending", name="Lending")
        some_changes(team)
        model = a_component("loan-model")
        product = a_component("loan-app", "product")
        Dependency.objects.create(consumer=product, provider=model, kind=DependencyKind.CALLS)
        forget_graph()
        for kind, ref in (("team", "lending"), ("product", product.key)):
            portfolio = portfolio_for(executive, kind, ref)
            found = period_for(executive, a_quarter(), portfolio)
            assert found.counts.starting == ChangeItem.objects.filter(component=model).count() == 3
            assert found.briefing.title == f"{portfolio.name}: three decisions this quarter"  # type: ignore[union-attr]
            assert "People meet them in loan-app." in found.briefing.parts[1].text
        assert portfolio_for(add_person("nobody"), "team", "lending") is None
        for kind in ("team", "product"):
            assert portfolio_for(executive, kind, "lend\x00ing") is None


@pytest.mark.django_db
def test_quarter_takes_as_many_queries_whatever_it_holds(executive: User, client: Client) -> None:
    client.force_login(executive)
    counts = []
    with time_machine.travel(TUESDAY, tick=False):
        for number in range(3):
            if number == 0:
                some_changes(Team.objects.create(slug="t0", name="T0"))
            else:
                in_review(TUESDAY)
            for page in ("/briefings/2026-Q4/", "/briefings/2026-Q4/team/t0/"):
                client.get(page)
                with CaptureQueriesContext(connection) as asked:
                    assert client.get(page).status_code == 200
                counts.append(len(asked))
    assert len({*counts[::2]}) == len({*counts[1::2]}) == 1
