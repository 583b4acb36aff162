"""Views that a person saves for themself: by the service and on the ledger's page."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.enums import Role
from apps.accounts.models import SavedView, Team, User
from apps.accounts.selectors import saved_view_of, saved_views_of, views_for
from apps.accounts.services import delete_view, rename_view, save_view, share_view
from apps.accounts.services.views import MAX_VIEWS
from apps.core.actors import person, system
from apps.core.errors import Forbidden, Invalid
from tests.people import add_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> User:
    user = add_person("ingrid", Role.AUDITOR)
    client.force_login(user)
    return user


def test_view_saved_twice_under_a_name_is_one_with_the_newer_filters(reader: User) -> None:
    save_view(actor=person(reader), page="ledger", name=" Denied \n lately ", query="kind=refused")
    save_view(actor=person(reader), page="ledger", name="Denied lately", query="kind=reviews")
    assert [(view.name, view.query) for view in saved_views_of(reader, "ledger")] == [
        ("Denied lately", "kind=reviews")
    ]


@pytest.mark.parametrize("name", ["", "  ", "\x00", "x" * 61])
def test_view_without_a_fitting_name_is_refused(reader: User, name: str) -> None:
    with pytest.raises(Invalid):
        save_view(actor=person(reader), page="ledger", name=name, query="")
    view = save_view(actor=person(reader), page="ledger", name="Good", query="")
    with pytest.raises(Invalid):
        rename_view(actor=person(reader), view=view, name=name)


def test_views_have_a_limit_for_each_page(reader: User) -> None:
    for number in range(MAX_VIEWS):
        save_view(actor=person(reader), page="ledger", name=f"View {number}", query="")
    with pytest.raises(Invalid, match="invalid|wrong|20") as refused:
        save_view(actor=person(reader), page="ledger", name="One more", query="")
    assert "20 views" in refused.value.fields["name"][0]
    save_view(actor=person(reader), page="ledger", name="View 3", query="q=CHG-1")
    save_view(actor=person(reader), page="inbox", name="One more", query="")
    with pytest.raises(Invalid):
        save_view(actor=person(reader), page="ledger", name="View 3", query="x" * 1001)


def test_views_of_others_can_neither_be_seen_nor_touched(reader: User) -> None:
    view = save_view(actor=person(reader), page="ledger", name="Mine", query="")
    other = add_person("other", Role.CHANGE_MANAGER)
    assert saved_view_of(other, view.pk) is None
    assert not saved_views_of(other, "ledger")
    for act in (
        lambda: rename_view(actor=person(other), view=view, name="Yours"),
        lambda: delete_view(actor=person(other), view=view),
        lambda: save_view(actor=system("clock"), page="ledger", name="Nobody's", query=""),
    ):
        with pytest.raises(Forbidden):
            act()


def test_view_is_saved_shown_renamed_and_removed_on_plain_forms(client: Client, reader: User) -> None:
    page = client.get("/ledger/?kind=refused&text=fraud&after=1-1&person=").content.decode()
    hidden = re.search(r'name="query" value="([^"]*)"', page)
    assert hidden is not None
    query = unescape(hidden[1])
    assert query == "kind=refused&text=fraud"
    answer = client.post("/account/views/ledger/", {"name": "Fraud refused", "query": query})
    assert answer.headers["Location"] == f"/ledger/?{query}"
    page = client.get(f"/ledger/?{query}").content.decode()
    assert '<a href="?kind=refused&amp;text=fraud" aria-current="true">Fraud refused</a>' in page
    number = SavedView.objects.get().pk
    edit = f"/account/views/{number}/edit/"
    assert client.post(edit, {"name": "Refused"}).headers["Location"] == f"/ledger/?{query}"
    assert client.post(edit, {"name": ""}).status_code == 422
    assert "Refused" in client.get(edit).content.decode()
    assert client.post(edit, {"name": "", "remove": "yes"}).headers["Location"] == "/ledger/"
    assert not SavedView.objects.exists()
    assert client.get(edit).status_code == 404


def test_view_saved_wrongly_is_asked_for_again_with_its_filters(client: Client, reader: User) -> None:
    answer = client.post("/account/views/ledger/", {"name": "", "query": "q=CHG-1&after=2"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="q=CHG-1"' in page
    assert "Give the view a name." in page
    assert client.post("/account/views/ledger/", {"name": "a\x00b"}).status_code == 422
    assert client.post("/account/views/nowhere/", {"name": "x"}).status_code == 404
    assert client.get("/account/views/ledger/").status_code == 405


def test_view_of_another_on_its_page_is_not_found(client: Client, reader: User) -> None:
    other = add_person("other", Role.AUDITOR)
    view = save_view(actor=person(other), page="ledger", name="Theirs", query="")
    assert client.post(f"/account/views/{view.pk}/edit/", {"remove": "yes"}).status_code == 404
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_view_shared_with_a_team_is_seen_by_its_members_alone(reader: User) -> None:
    credit, other = (Team.objects.create(slug=slug, name=slug) for slug in ("credit", "other"))
    member, stranger = add_person("amara", Role.REQUESTER), add_person("jonas", Role.REQUESTER)
    credit.members.add(reader, member)
    view = save_view(actor=person(reader), page="calendar", name="Ours", query="team=credit")
    assert not views_for(member, "calendar")
    share_view(actor=person(reader), view=view, team=credit)
    assert [each.name for each in views_for(member, "calendar")] == ["Ours"]
    assert [each.name for each in views_for(reader, "calendar")] == ["Ours"]
    assert not views_for(stranger, "calendar")
    assert not views_for(member, "ledger")
    with pytest.raises(Forbidden):
        share_view(actor=person(reader), view=view, team=other)
    with pytest.raises(Forbidden):
        share_view(actor=person(member), view=view, team=None)
    share_view(actor=person(reader), view=view, team=None)
    assert not views_for(member, "calendar")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.CHANGE_MANAGER])
def test_view_of_whoever_is_in_no_team_is_shared_by_a_manager_over_everything_alone(
    client: Client, role: Role
) -> None:
    owner = add_person("leila", role)
    credit = Team.objects.create(slug="credit", name="Credit")
    view = save_view(actor=person(owner), page="calendar", name="Ours", query="")
    client.force_login(owner)
    text = client.get(reverse("web:view-edit", args=[view.pk])).content.decode()
    assert ("you work in none" in text) == (role == Role.AUDITOR)
    response = client.post(f"/account/views/{view.pk}/share/", {"team": credit.pk}, follow=True)
    assert ("Ours is shared with Credit." in response.content.decode()) == (role == Role.CHANGE_MANAGER)


def test_calendar_view_is_saved_shared_and_opened_where_it_was_saved(client: Client, reader: User) -> None:
    credit = Team.objects.create(slug="credit", name="Credit")
    credit.members.add(reader)
    page = client.get("/calendar/timeline/?from=2030-11-19&team=credit&lanes=team").content.decode()
    query = unescape(re.search(r'name="query" value="([^"]*)"', page)[1])  # type: ignore[index]
    client.post("/account/views/calendar/", {"name": "Ours", "query": query})
    view = SavedView.objects.get()
    assert (
        client.get(f"/calendar/?{view.query}").headers["location"]
        == "/calendar/timeline/?from=2030-11-18&team=credit&lanes=team"
    )
    said = client.post(f"/account/views/{view.pk}/share/", {"team": credit.pk}, follow=True).content.decode()
    assert "Ours is shared with Credit." in said
    member = add_person("amara", Role.REQUESTER)
    credit.members.add(member)
    client.force_login(member)
    text = client.get("/calendar/week/").content.decode()
    assert "Ours</a><small>from Ingrid" in text
    assert f"/account/views/{view.pk}/edit/" not in text
    assert client.post(f"/account/views/{view.pk}/share/", {"team": credit.pk}).status_code == 404
