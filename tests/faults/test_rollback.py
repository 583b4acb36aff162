"""When an entry cannot be written, nothing of the act that it records stays: not a row, not a byte."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.accounts.enums import Role, TokenScope
from apps.accounts.models import Team, User
from apps.accounts.services import (
    change_profile,
    choose_briefing,
    choose_digest,
    create_person,
    create_team,
    deactivate_person,
    grant_role,
    issue_token,
    join_team,
    revoke_role,
    set_escalation_contact,
)
from apps.approvals.selectors import standing
from apps.approvals.services import close_round
from apps.calendar.rules import EVERYTHING, span_from_local
from apps.calendar.services import release_booking
from apps.cards.services import draft_card
from apps.catalog.services import add_dependency, add_version, record_slo, register_component
from apps.changes.rules.inputs import MetricInput
from apps.changes.services import (
    hold_change,
    revise_change,
    save_impact,
    save_why,
    start_draft,
    submit_change,
    withdraw_change,
)
from apps.core import actors
from apps.exports.rules.orders import Order, Scope
from apps.exports.services import request_export
from tests.changes.estate import NOW, Estate, at, draft, make_estate, submitted
from tests.dba import as_owner
from tests.people import sign
from tests.planning import declared

SYSTEM = actors.system("tests")
Act = Callable[[Estate], Callable[[], Any]]
"""Prepares what it needs, and returns the call that is to fail."""


def _sign(estate: Estate) -> Callable[[], Any]:
    change = submitted(estate)
    asked = next(one.requirement for one in standing(change.round) if one.requirement.role == Role.OWNER)
    return lambda: sign(
        actor=estate.actor("priya"), requirement=asked, digest=change.round.digest, decision="approve"
    )


def _on(prepare: Callable[[Estate], Any], act: Callable[[Estate, Any], Any]) -> Act:
    def prepared(estate: Estate) -> Callable[[], Any]:
        made = prepare(estate)
        return lambda: act(estate, made)

    return prepared


def _plain(act: Callable[[Estate], Any]) -> Act:
    return lambda estate: lambda: act(estate)


def _model(estate: Estate) -> Any:
    return estate.components["credit-risk"]


ACTS: dict[str, Act] = {
    "create_person": _plain(
        lambda e: create_person(
            actor=SYSTEM,
            username="zed",
            name="Zed A",
            email="z@example.org",
            password="correct horse battery",
        )
    ),
    "create_team": _plain(lambda e: create_team(actor=SYSTEM, slug="b", name="B")),
    "grant_role": _plain(lambda e: grant_role(actor=SYSTEM, user=e.people["amara"], role=Role.AUDITOR)),
    "revoke_role": _plain(lambda e: revoke_role(actor=SYSTEM, grant=e.people["amara"].grants.get())),
    "join_team": _plain(lambda e: join_team(actor=SYSTEM, user=e.people["amara"], team=e.team)),
    "set_escalation_contact": _plain(
        lambda e: set_escalation_contact(actor=SYSTEM, team=Team.objects.get(), user=e.people["leila"])
    ),
    "choose_briefing": _plain(
        lambda e: choose_briefing(actor=e.actor("amara"), user=e.people["amara"], wanted=True)
    ),
    "choose_digest": _plain(
        lambda e: choose_digest(actor=e.actor("amara"), user=e.people["amara"], wanted=False)
    ),
    "change_profile": _plain(
        lambda e: change_profile(
            actor=e.actor("amara"), user=User.objects.get(username="amara"), time_zone="Asia/Tokyo"
        )
    ),
    "deactivate_person": _plain(lambda e: deactivate_person(actor=SYSTEM, user=e.people["amara"])),
    "issue_token": _plain(
        lambda e: issue_token(
            actor=e.actor("amara"),
            user=e.people["amara"],
            name="ci",
            scopes=list(TokenScope),
            expires_at=NOW + timedelta(days=9),
        )
    ),
    "register_component": _plain(
        lambda e: register_component(actor=SYSTEM, kind="model", name="churn", owner_team=e.team)
    ),
    "add_version": _plain(lambda e: add_version(actor=SYSTEM, component=_model(e), version="3")),
    "add_dependency": _plain(
        lambda e: add_dependency(
            actor=SYSTEM, consumer=e.components["loans"], provider=_model(e), kind="embeds"
        )
    ),
    "record_slo": _plain(
        lambda e: record_slo(actor=SYSTEM, component=_model(e), name="Answers", objective="99 % in 50 ms")
    ),
    "draft_card": _plain(
        lambda e: draft_card(actor=e.actor("priya"), version=_model(e).versions.get(version="2"))
    ),
    "plan_period": _plain(
        lambda e: declared(
            e.actor("leila"),
            span_from_local("2026-12-30T00:00", "2027-01-02T00:00", "UTC"),
            EVERYTHING,
            "Year end",
        )
    ),
    "release_booking": _on(
        submitted, lambda e, change: release_booking(actor=SYSTEM, booking=change.booking)
    ),
    "start_draft": _plain(lambda e: start_draft(actor=e.actor("amara"))),
    "save_why": _on(
        draft,
        lambda e, change: save_why(
            actor=e.actor("amara"),
            change=change,
            title="New",
            summary="Why",
            outcome="Better",
            metrics=[MetricInput("AUC", 0.9)],
        ),
    ),
    "save_impact": _on(draft, lambda e, change: save_impact(actor=e.actor("amara"), change=change, notes=[])),
    "submit_change": _on(draft, lambda e, change: submit_change(actor=e.actor("amara"), change=change)),
    "withdraw_change": _on(
        submitted, lambda e, change: withdraw_change(actor=e.actor("amara"), change=change, reason="Late")
    ),
    "revise_change": _on(submitted, lambda e, change: revise_change(actor=e.actor("amara"), change=change)),
    "hold_change": _on(
        submitted, lambda e, change: hold_change(actor=e.actor("leila"), change=change, reason="Wait")
    ),
    "close_round": _on(submitted, lambda e, change: close_round(actor=SYSTEM, round=change.round)),
    "sign": _sign,
    "request_export": _plain(
        lambda e: request_export(actor=e.actor("ruth"), order=Order(Scope(NOW.date(), NOW.date())))
    ),
}


@contextmanager
def failing(table: str) -> Iterator[None]:
    """Let every insert into a table of the ledger fail, as on a full disk."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION fail_now() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'disk full'; END $$;"
            f"CREATE TRIGGER fail_now BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fail_now()"
        )
    yield
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER fail_now ON {table}; DROP FUNCTION fail_now()")


def everything() -> dict[str, str]:
    """Return a digest of each table's rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [row[0] for row in cursor.fetchall()]
        parts = (
            f"SELECT '{one}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {one} t"
            for one in tables
        )
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize("name", ACTS)
def test_act_whose_entry_cannot_be_written_leaves_nothing_of_itself(name) -> None:
    estate = make_estate()
    act = ACTS[name](estate)
    before = everything()
    with at(NOW):
        with failing("audit_event"), pytest.raises(DatabaseError, match="disk full"), transaction.atomic():
            act()
        assert everything() == before
        act()
    after = everything()
    assert after["audit_event"] != before["audit_event"]
    assert [table for table in after if after[table] != before[table] and not table.startswith("audit_")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["audit_event", "audit_pending"])
def test_act_committed_by_itself_leaves_nothing_when_its_entry_cannot_be_written(table) -> None:
    before = everything()
    with failing(table), pytest.raises(DatabaseError, match="disk full"):
        create_team(actor=SYSTEM, slug="a", name="A")
    assert everything() == before
