"""Every briefing of the demo organisation: short, plain, in the fixed order, and with nothing cut off."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.changes.enums import ChangeState
from apps.insights.rules.briefing import build_briefing
from apps.insights.rules.facts import Facts, Move, Promise, Reached, Scenario
from apps.insights.rules.paper import FIGURE_LIMIT, HEADINGS, WORD_LIMIT, Part, measure_of
from apps.insights.rules.readability import GRADE_GOAL
from demo.briefings import WRITTEN
from demo.stories import STORIES, Story

NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
STATES = (ChangeState.IN_REVIEW, ChangeState.APPROVED, ChangeState.ROLLED_BACK)


def facts_of(story: Story, state: ChangeState) -> Facts:
    """Return the facts of a story as the portal would read them, in a state."""
    start = NOW + timedelta(days=story.opens)
    return Facts(
        ref="CHG-1042",
        title=story.title,
        state=state,
        requester="Noor Rahimi",
        today=NOW,
        zone=ZoneInfo("Europe/London"),
        summary=story.summary,
        outcome=story.outcome,
        cost_of_waiting=story.waiting,
        moves=tuple(Move(key.rpartition("/")[2], "1", version) for key, version in story.items),
        reached=(
            Reached("Checkout", "product", "Checkout and Payments"),
            Reached("fraud-gateway", "service", "Credit Risk Modelling"),
            Reached("checkout-api", "service", "Checkout and Payments"),
        ),
        scenarios=tuple(Scenario(*risk) for risk in story.risks),
        promises=tuple(Promise(one.name, one.unit, one.baseline, one.target) for one in story.metrics),
        rollback_plan=story.back,
        rollback_minutes=story.back_minutes,
        planned_start=start,
        planned_end=start + timedelta(hours=story.hours),
        actual_start=start,
        actual_end=start + timedelta(minutes=54),
        decide_by=NOW + timedelta(days=2),
        waiting_for=("Change Sponsor", "Service Owner for checkout-api"),
    )


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.title[:40])
def test_briefing_of_each_demo_change_is_short_plain_and_in_order(story: Story) -> None:
    for state in STATES:
        briefing = build_briefing(facts_of(story, state))
        assert briefing.measure.words <= WORD_LIMIT
        assert briefing.measure.grade <= GRADE_GOAL, briefing.measure
        assert briefing.measure.failing == ()
        assert [part.key for part in briefing.parts] == list(HEADINGS)
        assert len(briefing.figures) <= FIGURE_LIMIT
        assert all(one.comparator for one in briefing.figures)
        text = " ".join(part.text for part in briefing.parts)
        assert not re.search(r"\.\.|…|\s[,.]|\b(\w+) \1\b|about it: [A-Z][a-z]", text), text


def test_briefing_that_the_demo_sponsor_signs_is_plain() -> None:
    measure = measure_of([], [Part(key, text) for key, text in WRITTEN.items()], [])
    assert measure.grade <= GRADE_GOAL
    assert (measure.failing, measure.jargon) == ((), ())
