"""The numbers of a change's briefing, counted again by a query of their own."""

import pytest
from django.db import connection

from apps.changes.models import Change
from apps.insights.rules.glossary import measure_in_plain_words
from apps.insights.rules.grammar import short_duration
from apps.insights.selectors import briefing_for
from tests.changes.estate import Estate, submitted

RECOUNT = """
WITH RECURSIVE moved AS (SELECT component_id AS id FROM changes_changeitem WHERE change_id = %(change)s),
reached(id) AS (
    SELECT id FROM moved
    UNION
    SELECT consumer_id FROM catalog_dependency JOIN reached ON provider_id = reached.id
)
SELECT (SELECT count(*) FROM reached WHERE id NOT IN (SELECT id FROM moved)),
       (SELECT count(*) FROM moved),
       (SELECT rollback_minutes FROM changes_change WHERE id = %(change)s),
       (SELECT extract(epoch FROM planned_end - planned_start) / 60 FROM changes_change WHERE id = %(change)s),
       (SELECT target FROM changes_successmetric WHERE change_id = %(change)s ORDER BY id LIMIT 1),
       (SELECT baseline FROM changes_successmetric WHERE change_id = %(change)s ORDER BY id LIMIT 1)
"""


@pytest.mark.django_db
def test_each_number_of_a_change_is_what_another_query_counts(estate: Estate) -> None:
    change = Change.objects.select_related("requester", "revision", "round").get(pk=submitted(estate).pk)
    Change.objects.filter(pk=change.pk).update(rollback_minutes=25)
    change.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT, {"change": change.pk})
        reached, moved, minutes, window, target, baseline = cursor.fetchone()
    promise, reach, back = briefing_for(change).figures
    assert reached > 0
    assert (promise.value, promise.comparator) == (f"{target:g}", f"Expected. Today: {baseline:g}")
    assert (reach.value, reach.comparator) == (
        str(reached),
        f"{moved} part{'s' * (moved > 1)} move{'s' * (moved == 1)}",
    )
    assert back.value == f"{minutes} min"
    assert back.comparator == f"The window: {short_duration(int(window))}"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("AUC, held out", "Score for telling good cases from bad, on new data"),
        ("roc_auc", "Score for telling good cases from bad"),
        ("Offers taken up", "Offers taken up"),
        ("Paucity", "Paucity"),
    ],
)
def test_measure_is_named_by_what_it_tells(name: str, plain: str) -> None:
    assert measure_in_plain_words(name) == plain
