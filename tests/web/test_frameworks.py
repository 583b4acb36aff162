"""The framework maps: each number is what a count by hand gives, and leads to as many records."""

import csv
import random
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from io import StringIO

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.approvals.models import Requirement, Round, Signature
from apps.audit.models import AuditEvent, AuditPending
from apps.audit.services import record_event, seal_pending
from apps.cards.models import CardEdition, ModelCard
from apps.catalog.models import Component
from apps.changes.models import Change, ChangeItem, RiskScenario, SuccessMetric
from apps.core import actors, clock
from apps.insights.rules.frameworks import FRAMEWORKS, answers
from apps.insights.rules.measures import GAPS, MEASURES, Span
from apps.insights.selectors import numbers_for
from apps.reviews.models import ActionItem, RealisedMetric, Review
from apps.web.forms.frameworks import quarters
from tests.changes.estate import Estate
from tests.people import add_person

pytestmark = pytest.mark.django_db
QUARTER = Span(datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC))
DAYS = "start=2026-07-01&end=2026-09-30"
MAP_QUERIES = 18
LIST_QUERIES = 7


@pytest.fixture
def auditor() -> User:
    return add_person("ruby", "auditor")


@pytest.fixture
def reading(client: Client, auditor: User) -> Client:
    client.force_login(auditor)
    return client


def some_day(draw: random.Random) -> datetime:
    """Return a time in the quarter or around it, on its edges more often than chance would."""
    edges = [QUARTER.start, QUARTER.end, QUARTER.start - timedelta(microseconds=1)]
    return (
        draw.choice(edges)
        if draw.random() < 0.2
        else QUARTER.start + timedelta(hours=draw.randint(-900, 3000))
    )


def fill(estate: Estate, draw: random.Random, number: int = 30) -> None:
    """Make changes with all that hangs on them, whole or with something missing, by chance."""
    people = list(estate.people.values())
    for n in range(number):
        make_change(estate, draw, people, 7000 + n)
    Component.objects.create(key="model:default/lost", kind="model", name="lost", source="portal")
    events = sorted({event for measure in MEASURES.values() for event in measure.events})
    for n in range(number):
        with clock.moved_to(some_day(draw)):
            record_event(event=draw.choice(events), actor=actors.person(people[0]), obj=("thing", str(n)))
        if n == number // 2:
            seal_pending()


def make_change(
    estate: Estate, draw: random.Random, people: list[User], number: int, chance: float = 0.6
) -> None:
    start, maybe = some_day(draw), lambda: draw.random() < chance
    round_ = Round.objects.create(
        subject_type="change",
        subject_ref=f"CHG-{number}",
        subject_title="A change",
        subject_url="/",
        revision=1,
        digest="d" * 64,
        state=draw.choice(["approved", "open"]),
    )
    change = Change.objects.create(
        number=number,
        requester=draw.choice(people),
        title="A change",
        state=draw.choice(["completed", "closed", "failed"]),
        actual_start=start if maybe() else None,
        actual_end=start + timedelta(hours=3) if maybe() else None,
        rollback_plan="Back" if maybe() else "",
        round=round_ if maybe() else None,
    )
    if maybe():
        RiskScenario.objects.create(change=change, text="It fails")
        RiskScenario.objects.create(change=change, text="It is slow")
    if maybe():
        SuccessMetric.objects.create(change=change, name="AUC", target=0.8)
    for name in draw.sample(sorted(estate.components), 2):
        component = estate.components[name]
        ChangeItem.objects.create(
            change=change, component=component, to_version=component.versions.get(version="2")
        )
    for role in ("validator", "steward", "sponsor", "owner"):
        key = draw.choice([each.key for each in estate.components.values()])
        asked = Requirement.objects.create(
            round=round_,
            role=role,
            component_key=key,
            question="?",
            reason="!",
            due_at=start,
            next_step_at=start,
        )
        if maybe():
            Signature.objects.create(
                requirement=asked,
                signer=draw.choice(people),
                decision=draw.choice(["approve", "reject"]),
                digest=draw.choice(["d", "d", "e"]) * 64,
                meaning=draw.choice(["I approve", ""]),
                auth_method=draw.choice(["password", "token", "session"]),
                signed_at=some_day(draw),
            )
    if maybe():
        make_review(draw, change, people, chance)
    if maybe() and number % 3 == 0:
        card, _ = ModelCard.objects.get_or_create(
            version=estate.components["credit-risk"].versions.get(version="2"),
            defaults={"number": number, "state": draw.choice(["draft", "approved"])},
        )
        CardEdition.objects.create(card=card, number=number, content={}, digest="", written_at=some_day(draw))


def make_review(draw: random.Random, change: Change, people: list[User], chance: float) -> None:
    signed = draw.random() < chance
    review = Review.objects.create(
        change=change,
        due_at=some_day(draw),
        state="signed" if signed else "open",
        signed_at=some_day(draw) if signed else None,
        signed_by=people[0] if signed else None,
    )
    for n in range(draw.randint(0, 2)):
        RealisedMetric.objects.create(
            review=review, name=f"m{n}", direction="at_least", target=1, realised=draw.choice([None, 0.5])
        )
        action = ActionItem.objects.create(
            review=review,
            text="Fix it",
            owner=people[0],
            due_on=some_day(draw).date(),
            done_at=draw.choice([None, QUARTER.end]),
        )
        ActionItem.objects.filter(pk=action.pk).update(created_at=some_day(draw))


def inside(at: datetime | None) -> bool:
    return at is not None and QUARTER.start <= at < QUARTER.end


def by_hand() -> dict[str, int]:
    """Count every measure by looking at each row."""
    changes = list(Change.objects.all())
    started = [each for each in changes if inside(each.actual_start)]
    ended = [each for each in changes if inside(each.actual_end)]
    signed = [each for each in Signature.objects.all() if inside(each.signed_at)]
    reviews = [each for each in Review.objects.all() if each.state == "signed" and inside(each.signed_at)]
    actions, today = list(ActionItem.objects.all()), clock.now().date()
    models = [each for each in Component.objects.filter(kind="model") if each.retired_at is None]
    moved = [item for change in started for item in change.items.all()]
    entries = [each for each in AuditEvent.objects.all() if inside(each.at)]
    pending = set(AuditPending.objects.values_list("event_id", flat=True))

    def role(name: str) -> int:
        return sum(each.requirement.role == name for each in signed)

    def unsigned(kind: str, name: str) -> int:
        return sum(item.component.kind == kind and not signed_for(item, name) for item in moved)

    def signed_for(item: ChangeItem, name: str) -> bool:
        return any(
            each.decision == "approve"
            and each.requirement.role == name
            and each.requirement.component_key == item.component.key
            and each.requirement.round_id == item.change.round_id
            for each in Signature.objects.all()
        )

    def published(item: ChangeItem) -> bool:
        return ModelCard.objects.filter(version=item.to_version, state="approved").exists()

    counted = {
        measure.name: sum(each.event in measure.events for each in entries)
        for measure in MEASURES.values()
        if measure.events
    }
    return counted | {
        "entries": len(entries),
        "unsealed": sum(each.pk in pending for each in entries),
        "ended": len(ended),
        "with_risks": sum(each.risk_scenarios.count() > 0 for each in started),
        "no_risks": sum(each.risk_scenarios.count() == 0 for each in started),
        "with_measures": sum(each.success_metrics.count() > 0 for each in started),
        "no_measures": sum(each.success_metrics.count() == 0 for each in started),
        "no_way_back": sum(each.rollback_plan == "" for each in started),
        "unapproved": sum(each.round is None or each.round.state != "approved" for each in started),
        "unreviewed": sum(not hasattr(each, "review") or each.review.state != "signed" for each in ended),
        "signatures": len(signed),
        "validator": role("validator"),
        "steward": role("steward"),
        "sponsor": role("sponsor"),
        "owner": role("owner"),
        "own_approval": sum(
            each.decision == "approve"
            and hasattr(each.requirement.round, "change")
            and each.requirement.round.change.requester_id == each.signer_id
            for each in signed
        ),
        "no_reauthentication": sum(each.auth_method not in ("password", "token") for each in signed),
        "no_meaning": sum(not each.meaning for each in signed),
        "unbound": sum(each.digest != each.requirement.round.digest for each in signed),
        "reviews": len(reviews),
        "unmeasured": sum(any(m.realised is None for m in each.metrics.all()) for each in reviews),
        "actions": sum(inside(each.created_at) for each in actions),
        "overdue": sum(
            each.done_at is None and QUARTER.start.date() <= each.due_on < min(QUARTER.end.date(), today)
            for each in actions
        ),
        "editions": sum(inside(each.written_at) for each in CardEdition.objects.all()),
        "models": len(models),
        "unowned": sum(each.owner_team is None and each.owner_person is None for each in models),
        "unvalidated": unsigned("model", "validator"),
        "data_unsigned": unsigned("dataset", "steward"),
        "no_card": sum(item.component.kind == "model" and not published(item) for item in moved),
    }


@pytest.mark.parametrize("seed", range(4))
def test_numbers_equal_a_count_by_hand(estate, auditor, seed) -> None:
    fill(estate, random.Random(seed))
    expected = by_hand()
    assert set(expected) == set(MEASURES)
    assert numbers_for(auditor, QUARTER) == expected
    assert sum(map(bool, expected.values())) > 25


def test_numbers_are_counted_in_a_statement_a_group(estate, auditor, django_assert_num_queries) -> None:
    numbers_for(auditor, QUARTER)
    with django_assert_num_queries(14):  # events, twelve groups, and the reader's roles
        numbers_for(auditor, QUARTER)


def pages_of(reading: Client, url: str) -> list[str]:
    """Return the rows of a list, on all its pages."""
    rows: list[str] = []
    for page in range(1, 20):
        text = reading.get(f"{url}&page={page}").content.decode()
        rows += re.findall(r'<td data-l="Record"', text)
        if 'rel="next"' not in text:
            break
    return rows


def test_each_number_leads_to_a_list_with_as_many_rows(estate, reading) -> None:
    fill(estate, random.Random(7), 70)
    expected = by_hand()
    met = set()
    for slug in FRAMEWORKS:
        text = unescape(reading.get(f"/ledger/frameworks/{slug}/?{DAYS}").content.decode())
        for url, name, said in re.findall(
            r'href="(/ledger/frameworks/records/(\w+)/\?[^"]+)">(.*?)</a>', text, re.S
        ):
            number = int(
                re.search(r"\d[\d,]*", re.sub(r"<svg.*?</svg>|<[^>]+>", "", said))[0].replace(",", "")
            )
            assert number == expected[name] == len(pages_of(reading, url)), name
            met.add(name)
    assert met == {name for name, number in expected.items() if number}


def test_gaps_appear_and_vanish(estate, reading) -> None:
    url = f"/ledger/frameworks/soc2/?{DAYS}"
    assert "ended without a signed review" not in reading.get(url).content.decode()
    change = Change.objects.create(
        number=7001,
        requester=estate.people["amara"],
        title="A change",
        state="completed",
        actual_start=QUARTER.start,
        actual_end=QUARTER.start + timedelta(hours=1),
    )
    text = reading.get(url).content.decode()
    for said in ("1 change ended without a signed review", "1 change started with no way back"):
        assert said in text
    assert "CHG-7001" in reading.get(f"/ledger/frameworks/records/unreviewed/?{DAYS}").content.decode()
    Review.objects.create(change=change, due_at=QUARTER.end, state="signed", signed_at=QUARTER.end)
    Change.objects.update(rollback_plan="Back")
    text = reading.get(url).content.decode()
    for said in ("ended without a signed review", "started with no way back"):
        assert said not in text
    assert "No gap found" in text


def test_map_never_claims_compliance(reading) -> None:
    for path in ("", *(f"{slug}/" for slug in FRAMEWORKS)):
        assert (
            "does not say that anyone complies" in reading.get(f"/ledger/frameworks/{path}").content.decode()
        )


@pytest.mark.parametrize("slug", FRAMEWORKS)
def test_table_holds_the_same_numbers_and_no_formula(estate, reading, auditor, slug) -> None:
    fill(estate, random.Random(3))
    answer = reading.get(f"/ledger/frameworks/{slug}/map.csv?{DAYS}")
    assert answer["Content-Type"].startswith("text/csv")
    lines = list(csv.DictReader(StringIO(answer.content.decode())))
    wanted = [
        (each.clause.ref, str(counted.number), counted.said)
        for each in answers(FRAMEWORKS[slug], numbers_for(auditor, QUARTER))
        for counted in (*each.records, *each.gaps)
    ]
    got = [(line["Clause"], line["Number"], line["What was counted"]) for line in lines if line["Number"]]
    assert got == wanted
    assert not [cell for line in lines for cell in line.values() if cell.startswith(("=", "+", "-", "@"))]
    assert all(
        line["Records"].startswith("http://testserver/ledger/frameworks/records/")
        for line in lines
        if line["Number"]
    )


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("auditor", (200, 200, 200, 200)),
        ("change_manager", (200, 200, 200, 200)),
        ("executive", (200, 200, 200, 403)),
        ("owner", (403, 403, 403, 403)),
    ],
)
def test_maps_by_role_show_or_refuse(client, role, statuses) -> None:
    client.force_login(add_person("ruth", role))
    paths = ("", "soc2/", "records/signatures/", "records/refused/")
    assert tuple(client.get(f"/ledger/frameworks/{path}").status_code for path in paths) == statuses


def test_numbers_for_whoever_may_not_read_the_maps_are_zeros(estate) -> None:
    fill(estate, random.Random(1))
    assert not any(numbers_for(estate.people["priya"], QUARTER).values())


def test_map_that_is_not_there_is_not_found(reading) -> None:
    for path in ("basel/", "basel/map.csv", "records/luck/"):
        assert reading.get(f"/ledger/frameworks/{path}").status_code == 404


@pytest.mark.parametrize(
    "asked", ["start=2026-02-02&end=2026-02-01", "start=x&end=y", "start=2026-01-01&end=9999-12-31"]
)
def test_period_that_cannot_be_read_says_so_and_shows_this_quarter(reading, asked) -> None:
    text = reading.get(f"/ledger/frameworks/?{asked}").content.decode()
    assert "data-error-summary" in text
    start = quarters()[0][0]
    assert f"{start.day} {start:%b} {start.year}" in text


@pytest.mark.parametrize(
    ("today", "first", "last", "oldest"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 1), date(2026, 3, 31), date(2025, 4, 1)),
        (datetime(2026, 11, 21, tzinfo=UTC), date(2026, 10, 1), date(2026, 12, 31), date(2026, 1, 1)),
        (datetime(2024, 5, 31, tzinfo=UTC), date(2024, 4, 1), date(2024, 6, 30), date(2023, 7, 1)),
    ],
)
def test_quarters_are_those_of_the_calendar(today, first, last, oldest) -> None:
    with clock.moved_to(today):
        assert quarters()[0] == (first, last)
        assert quarters()[-1][0] == oldest


@pytest.mark.parametrize("number", [1, 3])
def test_maps_ask_the_same_number_of_statements(estate, reading, number, django_assert_num_queries) -> None:
    for n in range(number):
        make_change(estate, random.Random(1), list(estate.people.values()), 7002 + 3 * n, 1)
    for path in ("", "soc2/"):
        with django_assert_num_queries(MAP_QUERIES):
            reading.get(f"/ledger/frameworks/{path}?{DAYS}")
    for name in ("signatures", "ended", "no_card", "models", "reviews", "actions", "editions"):
        with django_assert_num_queries(LIST_QUERIES):
            page = reading.get(f"/ledger/frameworks/records/{name}/?start=2026-05-01&end=2026-12-31")
        assert b'data-l="Record"' in page.content, name


def test_every_clause_names_measures_that_exist_and_every_measure_is_used() -> None:
    used = {
        name
        for each in FRAMEWORKS.values()
        for clause in each.clauses
        for name in (*clause.records, *clause.gaps)
    }
    assert used == set(MEASURES)
    gaps = {measure.name for measure in GAPS}
    for each in FRAMEWORKS.values():
        for clause in each.clauses:
            assert set(clause.gaps) <= gaps
            assert not set(clause.records) & gaps
            assert clause.records or clause.missing
