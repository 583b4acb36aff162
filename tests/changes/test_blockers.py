"""What keeps a change back, as each reader is told."""

from datetime import UTC, datetime

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant, User
from apps.catalog.models import ComponentVersion
from apps.changes.rules.window import said_end
from apps.changes.selectors import blockers_of
from tests.changes.estate import NOW, Estate, add_component, at, submitted


def test_all_that_a_reader_could_sign_is_one_line_for_them(estate: Estate) -> None:
    vera = User.objects.create_user("vera", "vera@example.org", "a good secret")
    RoleGrant.objects.create(user=vera, role=Role.VALIDATOR, valid_from=NOW)
    estate.components["limits"] = add_component("model", "limits", estate.team)
    ComponentVersion.objects.filter(component=estate.components["limits"], version="2").update(author=vera)
    change = submitted(estate, names=("credit-risk", "limits"))
    with at(NOW):
        tomasz, amara = (blockers_of(change, estate.people[name]) for name in ("tomasz", "amara"))
    mine = [one for one in tomasz if one.yours]
    assert [one.text for one in mine] == ["Your signature is needed 2 times"]
    assert "credit-risk and limits" in mine[0].how
    # Vera made one of the two models, so to others they wait on different people.
    assert sum("Model Validator" in f"{one.text} {one.how}" for one in amara) == 2


def test_signature_due_at_midnight_is_due_at_the_end_of_the_day_before() -> None:
    midnight = datetime(2026, 11, 26, tzinfo=UTC)
    assert said_end(midnight, "Europe/London") == "the end of Wed 25 Nov"
    assert said_end(midnight, "Europe/Berlin") == "Thu 26 Nov, 01:00"
