"""Whatever moves the digest of a content is shown as a difference."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.changes.rules.difference import Difference, differences_between
from apps.changes.selectors import differences
from apps.core.canonical import canonical_bytes
from tests.changes.estate import Estate, submitted
from tests.contents import a_content
from tests.people import add_person

WORD = st.sampled_from(["", "a", "b", "a, b", "a (2)", "Yes", "1"])
NUMBER = st.none() | st.sampled_from([0.0, 1.0, 1.5, 1.5000000000001])
MOMENT = st.sampled_from(["", "2027-01-19T06:00", "2027-01-19T06:01"])


def _rows(**fields: Any) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries(fields), max_size=3)


def _numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"position": place, **row} for place, row in enumerate(rows, start=1)]


VERSION = st.fixed_dictionaries(
    {
        "version": WORD,
        "metrics": st.dictionaries(WORD, NUMBER, max_size=2),
        "datasets": _rows(name=WORD),
    }
)
PATH = _rows(title=WORD, key=WORD, kind=st.sampled_from(["", "reads"]))
AFTER = st.lists(st.integers(1, 3), max_size=2)
CONTENT = st.fixed_dictionaries(
    {
        "v": st.integers(1, 2),
        "ref": WORD,
        "title": WORD,
        "risk": st.integers(1, 4),
        "requester": st.sampled_from(["person:1", "person:2"]),
        "items": _rows(
            component=WORD, title=WORD, difference=WORD, to=VERSION, **{"from": st.none() | VERSION}
        ),
        "impact": _rows(
            key=WORD, title=WORD, included=st.booleans(), by_hand=st.booleans(), reason=WORD, path=PATH,
            severity=st.sampled_from(["high", "low"]), tier=st.integers(1, 4),
        ),
        "success_metrics": _rows(
            name=WORD, unit=WORD, direction=st.just("at_most"), baseline=NUMBER, target=NUMBER, bound=NUMBER
        ),
        "risks": _rows(text=WORD, likelihood=st.just("rare"), harm=st.just("minor"), mitigation=WORD),
        "plan": _rows(text=WORD, lead=WORD, minutes=st.integers(1, 2), way_back=WORD, after=AFTER).map(
            _numbered
        ),
        "window": st.fixed_dictionaries({"local_start": MOMENT, "start": st.none() | MOMENT}),
        "rollback": st.fixed_dictionaries({"plan": WORD, "criteria": st.lists(WORD, max_size=3)}),
    }
)  # fmt: skip


@given(CONTENT, CONTENT)
def test_differences_are_there_just_when_the_signed_bytes_differ(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    found = differences_between(before, after)
    assert bool(found) == (canonical_bytes(before) != canonical_bytes(after))
    assert all(one.before != one.after for one in found)


def _leaves(value: Any, *path: Any) -> list[tuple[Any, ...]]:
    """Return the way to each value that holds no other."""
    keys: Any = (
        list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    )
    return [leaf for key in keys for leaf in _leaves(value[key], *path, key)] or [path]


STEP = {"position": 1, "text": "Shadow", "lead": "person:1", "minutes": 30, "way_back": "", "after": []}
FULL = {**a_content(), "plan": [STEP]}


@pytest.mark.parametrize("path", _leaves(FULL), ids=lambda path: ".".join(map(str, path)))
def test_differences_show_any_one_value_that_moved(path: tuple[Any, ...]) -> None:
    after = deepcopy(FULL)
    place: Any = after
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = ["moved"] if isinstance(place[path[-1]], list) else "2027-01-19T07:00"
    assert len(differences_between(FULL, after)) >= 1


def test_differences_when_two_rows_share_a_name_shows_the_edit_of_the_first() -> None:
    before = a_content()
    before["success_metrics"].append(dict(before["success_metrics"][0]))
    after = deepcopy(before)
    after["success_metrics"][0]["target"] = 25.0
    assert differences_between(before, after) == [Difference("Promise: Bad loans caught, target", "24", "25")]


def test_differences_when_rows_only_change_places_shows_the_order() -> None:
    before = a_content()
    after = deepcopy(before)
    after["items"].reverse()
    assert differences_between(before, after) == [
        Difference(
            "What moves, order",
            "Loan applications, Credit risk",
            "Credit risk, Loan applications",
        )
    ]


@pytest.mark.parametrize("zone", ["Europe/London", "Europe/Dublin"])
def test_differences_of_a_window_name_the_instant_only_when_nothing_else_says_it(zone: str) -> None:
    before = a_content()
    after = deepcopy(before)
    after["window"] |= {"time_zone": zone, "start": "2027-01-19T05:00:00.000000Z"}
    (found,) = differences_between(before, after)
    assert found.field == ("Window, start" if zone == "Europe/London" else "Time zone")


def test_differences_when_one_person_replaces_another_of_the_same_name_shows_it(estate: Estate) -> None:
    change = submitted(estate)
    before = change.revision
    twin = add_person("amara2", name=str(estate.people["amara"]))
    after = deepcopy(before)
    after.content["plan"][0]["lead"] = f"person:{twin.pk}"
    (found,) = differences(before, after)
    assert found.field == "Plan: 1, lead"
    assert found.before != found.after
