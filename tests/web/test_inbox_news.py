"""The inbox tells a person what changed since they last looked, and its filters, tabs and views lead where they say."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Requirement, Round, Seen
from apps.approvals.rules.seeing import VISIT
from apps.approvals.selectors import Narrow, inbox_for
from apps.approvals.services import close_round
from apps.audit.services import record_event
from apps.changes.models import Change, Revision
from apps.core import clock
from apps.core.actors import person
from tests.contents import a_content, a_revision
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, asked_of, sign
from tests.web.test_inbox import open_change, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def val() -> User:
    return add_person("val", Role.VALIDATOR, name="Tomasz Wójcik")


@pytest.fixture
def asked(val: User) -> Requirement:
    add_person("spo", Role.SPONSOR, name="Mei-Lin Zhao")
    return asked_of(open_change(1042, add_person("ann", name="Amara Okafor")), Role.VALIDATOR, "credit-risk")


def looked(client: Client, user: User, asked: Requirement, ago: timedelta = 2 * VISIT) -> None:
    """Open a requirement as a person did some time ago."""
    page(client, user, f"/inbox/{asked.pk}/")
    Seen.objects.update(at=clock.now() - ago, before_at=clock.now() - ago)


def words_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_what_was_never_opened_is_new_and_stays_so_beside_another(
    client: Client, val: User, asked: Requirement
) -> None:
    for _ in range(2):
        text = page(client, val)
        assert "</svg>New</span>" in text
        assert "since you looked" not in text.lower()
    page(client, val, f"/inbox/{asked.pk}/")
    assert "</svg>New</span>" not in page(client, val)


def test_page_that_is_only_asked_for_its_head_is_not_a_look(
    client: Client, val: User, asked: Requirement
) -> None:
    client.force_login(val)
    assert client.head(f"/inbox/{asked.pk}/").status_code == 200
    assert client.head(f"/approvals/{asked.pk}/sign/").status_code == 200
    assert not Seen.objects.exists()
    assert client.get(f"/approvals/{asked.pk}/sign/").status_code == 200
    assert Seen.objects.get().user == val


def test_row_and_preview_say_what_others_did_since_with_links(
    client: Client, val: User, asked: Requirement
) -> None:
    looked(client, val, asked)
    spo = User.objects.get(username="spo")
    sign(
        actor=person(spo), requirement=asked_of(asked.round, Role.SPONSOR), digest=DIGEST, decision="approve"
    )
    for event, kind in (
        ("comment.added", "change"),
        ("comment.added", "change"),
        ("conflict.found", "booking"),
    ):
        record_event(event=event, actor=LOADER, obj=(kind, "CHG-1042"))
    text = page(client, val)
    said = words_of(text)
    assert "Changed since you looked" in said
    assert "New: 1 signature, 2 replies in discussions and 1 conflict found." in said
    assert "Mei-Lin Zhao signed as Change Sponsor" in said
    assert '<a href="/changes/CHG-1042/discussion/">2 replies in discussions</a>' in text
    assert '<a href="/changes/CHG-1042/#conflicts">1 conflict found</a>' in text
    assert "1 signature<" not in text, "who signed is named"


def test_what_was_told_is_gone_after_the_visit(client: Client, val: User, asked: Requirement) -> None:
    looked(client, val, asked)
    record_event(event="comment.added", actor=LOADER, obj=("change", "CHG-1042"))
    for _ in range(2):
        assert "1 reply in a discussion" in page(client, val, f"/inbox/{asked.pk}/"), "the visit lasts"
    with clock.moved_to(clock.now() + 2 * VISIT):
        assert "since you looked" not in page(client, val).lower()


def test_new_revision_shows_what_differs_for_the_role_alone(
    client: Client, val: User, asked: Requirement
) -> None:
    looked(client, val, asked)
    again = second_revision(asked.round)
    text = page(client, val, f"/inbox/{again.pk}/")
    said = words_of(text)
    assert "New: revision 2." in said
    assert "Revision 2 is new; you saw revision 1. This differs for this role." in said
    assert "Retrained with a new method" in said
    assert "Point the alias back at version 11" not in said, "that is the Service Owner's"
    assert 'href="/changes/CHG-1042/revisions/2/?against=1"' in text


def second_revision(round_: Round) -> Requirement:
    """Send a second revision, in which the model's difference and the way back are other words."""
    change = Change.objects.get(number=1042)
    content = a_content("CHG-1042")
    content["items"][1]["difference"] = "Retrained with a new method"
    content["rollback"]["plan"] = "Point the alias back at version 11."
    revision = Revision.objects.create(
        change=change, number=2, content=content, digest="b" * 64, submitted_by=change.requester,
        submitted_at=clock.now(),
    )  # fmt: skip
    Change.objects.filter(pk=change.pk).update(revision=revision)
    close_round(actor=LOADER, round=round_)
    need = a_need(component="credit-risk", hours=30)
    new = a_round(
        need, a_need(Role.SPONSOR), by=change.requester, ref="CHG-1042", revision=2, digest="b" * 64
    )
    return asked_of(new, Role.VALIDATOR, "credit-risk")


def test_beacon_marks_the_first_row_as_seen_when_it_was_shown(
    client: Client, val: User, asked: Requirement
) -> None:
    text = page(client, val)
    shown = re.search(r'data-shown="([^"]+)"', text)
    assert shown
    for wrong in ("yesterday", "9" * 40):
        assert (
            client.post(f"/approvals/{asked.pk}/looked/", {"seconds": 1, "shown": wrong}).status_code == 422
        )
    assert client.post(f"/approvals/{asked.pk}/looked/", {"seconds": 1, "shown": shown[1]}).status_code == 204
    assert Seen.objects.get().at.isoformat() == shown[1]


def test_filters_are_kept_with_rows_tabs_and_pages(client: Client, val: User) -> None:
    for _ in range(30):
        a_round(a_need(component="m"), risk=3)
    a_round(a_need(component="other"), risk=1)
    text = page(client, val, "/inbox/?risk=3&q=fit&unknown=1&page=1")
    assert text.count('class="row-item"') == 25
    first = inbox_for(val, "needs_me", Narrow(risk=3))[0]
    for address in (
        f"/inbox/{first.pk}/?tab=needs-me&amp;risk=3&amp;q=fit",
        "/inbox/?tab=decided&amp;risk=3&amp;q=fit",
        "/inbox/?tab=needs-me&amp;risk=3&amp;q=fit&amp;page=2",
    ):
        assert f'href="{address}"' in text, address
    assert "Words: fit" in text
    assert "Risk: high or more" in text
    second = page(client, val, "/inbox/?risk=3&q=fit&page=2")
    assert second.count('class="row-item"') == 5


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("due=overdue", {"late"}),
        ("due=today", {"evening"}),
        ("due=week", {"evening", "tomorrow"}),
        ("kind=afterwards", {"evening"}),
        ("role=sponsor", set()),
        ("q=tomor", {"tomorrow"}),
        ("change_class=urgent", {"later"}),
        ("due=nonsense", {"late", "evening", "tomorrow", "later"}),
    ],
)
def test_filters_find_what_they_say_by_the_readers_own_clock(
    client: Client, val: User, query: str, found: set[str]
) -> None:
    User.objects.filter(pk=val.pk).update(time_zone="Pacific/Auckland")
    noon = (clock.now() + timedelta(days=1)).replace(hour=0, minute=30)
    with clock.moved_to(noon):
        for name, hours in (("late", -3), ("evening", 9), ("tomorrow", 12), ("later", 200)):
            a_round(
                a_need(component=name, hours=hours), subject_class="urgent" if name == "later" else "normal"
            )
        Round.objects.filter(requirements__component_label="evening").update(went_ahead_at=noon)
        text = page(client, val, f"/inbox/?{query}")
    assert {name for name in ("late", "evening", "tomorrow", "later") if f"for {name}</li>" in text} == found
    if not found:
        assert "Nothing matches" in text
        assert "Nothing here is “Role: change sponsor”." in text
        assert 'href="/inbox/?tab=needs-me"' in text


@pytest.mark.parametrize(
    ("tab", "said"),
    [
        ("needs-me", "Nothing needs you"),
        ("snoozed", "You put nothing off"),
        ("waiting", "You wait for nobody"),
        ("decided", "No decisions yet"),
    ],
)
def test_every_empty_tab_says_what_comes_there(client: Client, val: User, tab: str, said: str) -> None:
    text = page(client, val, f"/inbox/?tab={tab}")
    assert said in text
    assert "Nothing matches" in page(client, val, f"/inbox/?tab={tab}&q=zebra")
    assert "This page is empty" in page(client, val, f"/inbox/?tab={tab}&page=3")


def test_saved_view_of_the_inbox_leads_back_to_its_filters(client: Client, val: User) -> None:
    asked = asked_of(a_round(a_need(component="m"), risk=3), Role.VALIDATOR, "m")
    text = page(client, val, "/inbox/?tab=snoozed&risk=3&page=2")
    query = re.search(r'name="query" value="([^"]*)"', text)
    assert query
    answer = client.post("/account/views/inbox/", {"name": "Risky and put off", "query": unescape(query[1])})
    assert answer["Location"] == "/inbox/?tab=snoozed&risk=3"
    text = page(client, val, f"/inbox/{asked.pk}/?tab=snoozed&risk=3")
    assert '<a href="/inbox/?tab=snoozed&amp;risk=3" aria-current="true">Risky and put off</a>' in text
    assert "Risky and put off" not in page(client, add_person("other", Role.VALIDATOR))


def test_what_went_ahead_is_marked_in_its_row(client: Client, val: User, asked: Requirement) -> None:
    Round.objects.filter(pk=asked.round_id).update(went_ahead_at=clock.now())
    text = page(client, val)
    assert "</svg>May go ahead</span>" in text
    assert "you say that it is right" in text
    Round.objects.filter(pk=asked.round_id).update(began_at=clock.now())
    text = page(client, val)
    assert "</svg>Went ahead</span>" in text
    assert "you say afterwards that it was right" in text


@pytest.mark.parametrize(("tab", "queries"), [("needs-me", 21), ("waiting", 25)])
def test_inbox_when_everything_changed_asks_the_database_no_more(
    client: Client, val: User, tab: str, queries: int
) -> None:
    ann = add_person("ann", Role.VALIDATOR)
    add_person("spo", Role.SPONSOR)
    reader = {"needs-me": ann, "waiting": val}[tab]
    client.force_login(reader)
    counts = []
    for number in (1, 2, 3):
        asked = asked_of(open_change(number, val), Role.VALIDATOR, "credit-risk")
        looked(client, reader, asked)
        record_event(event="comment.added", actor=LOADER, obj=("change", f"CHG-{number}"))
        first = asked_of(Round.objects.get(subject_ref="CHG-1"), Role.VALIDATOR, "credit-risk")
        Seen.objects.update(at=clock.now() - VISIT, before_at=clock.now() - VISIT)
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/inbox/{first.pk}/?tab={tab}")
        counts.append(len(seen))
        Seen.objects.update(at=clock.now() - 2 * VISIT, before_at=clock.now() - 2 * VISIT)
    assert counts[0] == counts[2] == queries, [query["sql"][:120] for query in seen.captured_queries]


def test_each_role_sees_its_own_evidence_and_no_others(client: Client) -> None:
    """A steward sees data, a validator metrics, an owner impact and the way back, a sponsor value and delay."""
    ann = add_person("ann")
    revision = a_revision(1042, ann, DIGEST)
    roles = {
        Role.VALIDATOR: ("model:default/credit-risk", "0.842 (0.833 to 0.851)"),
        Role.STEWARD: ("dataset:default/loans", "107,788 more rows"),
        Role.OWNER: ("service:default/loans", "Approvals fall by more than 2 points"),
        Role.SPONSOR: ("", "About £40,000 a month"),
    }
    people = {role: add_person(str(role), role) for role in roles}
    needs = [
        replace(a_need(role), component_key=key, component_label=key) for role, (key, _) in roles.items()
    ]
    a_round(*needs, by=ann, ref=revision.change.ref)
    for role, user in people.items():
        text = words_of(page(client, user))
        for other, (_, proof) in roles.items():
            assert (proof in text) == (other == role), f"{other} seen by {role}"
