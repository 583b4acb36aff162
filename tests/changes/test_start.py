"""What must hold when a change starts: that it is, byte for byte, what was signed (DESIGN 4.2)."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.changes.rules.inputs import ItemInput
from apps.changes.services import save_what, start_change
from apps.core.errors import Invalid, PolicyBlocked
from tests.changes.estate import IN_WINDOW, NOW, Estate, approved, at, draft
from tests.contents import tamper


def start(estate: Estate, change: Any) -> Any:
    with at(IN_WINDOW):
        return start_change(actor=estate.actor("amara"), change=change)


def test_start_when_the_content_was_changed_is_refused(estate: Estate) -> None:
    change = approved(estate)
    tamper(change.revision, content=change.revision.content | {"rollback": {}})
    with pytest.raises(PolicyBlocked, match="its digest differs"):
        start(estate, change)


def test_start_when_the_digest_is_not_the_signed_one_is_refused(estate: Estate) -> None:
    change = approved(estate)
    tamper(change.revision, digest="0" * 64)
    with pytest.raises(PolicyBlocked, match="its digest differs"):
        start(estate, change)


def test_start_when_an_item_went_missing_is_refused(estate: Estate) -> None:
    change = approved(estate, names=("credit-risk", "applications"))
    change.items.last().delete()
    with pytest.raises(PolicyBlocked, match="no longer what was signed"):
        start(estate, change)


@pytest.mark.parametrize(
    "change_of", ["UPDATE changes_revision SET content = '{}'", "DELETE FROM changes_revision"]
)
def test_revision_in_the_database_refuses_any_change(estate: Estate, change_of: str) -> None:
    approved(estate)
    with (
        pytest.raises(DatabaseError, match="A revision never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change_of)


def test_start_when_the_version_was_retired_is_refused(estate: Estate) -> None:
    change = approved(estate)
    estate.components["credit-risk"].versions.filter(version="2").update(retired_at=NOW)
    with pytest.raises(PolicyBlocked, match="credit-risk 2 is retired"):
        start(estate, change)


def test_start_when_the_component_was_retired_is_refused(estate: Estate) -> None:
    change = approved(estate)
    type(estate.components["credit-risk"]).objects.filter(name="credit-risk").update(retired_at=NOW)
    with pytest.raises(PolicyBlocked, match="credit-risk is retired"):
        start(estate, change)


def test_save_what_to_a_retired_version_is_refused_at_the_field(estate: Estate) -> None:
    change, model = draft(estate), estate.components["credit-risk"]
    model.versions.filter(version="2").update(retired_at=NOW)
    with at(NOW), pytest.raises(Invalid) as refused:
        save_what(actor=estate.actor("amara"), change=change, items=[ItemInput(model.key, "2")])
    assert refused.value.fields == {
        "items.0.to_version": ["credit-risk 2 is retired: nothing moves to it any more. The catalog knows 1."]
    }
