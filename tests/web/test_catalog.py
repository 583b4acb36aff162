"""The catalog's pages: who sees them, what they say, and that more components cost no more queries."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from model_bakery import baker

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant, Team, User
from apps.audit.models import AuditEvent
from apps.catalog.models import Component, Contract
from apps.catalog.services import add_dependency, add_version, record_slo, register_component
from apps.core import actors, clock
from tests.changes.estate import make_estate, submitted

pytestmark = pytest.mark.django_db
SYSTEM = actors.system("test")


@pytest.fixture
def validator() -> User:
    user = baker.make(User, username="tomasz", first_name="Tomasz", last_name="Wójcik", is_active=True)
    baker.make(
        RoleGrant, user=user, role=Role.VALIDATOR, valid_from=clock.now() - timedelta(days=1), valid_to=None
    )
    return user


@pytest.fixture
def page(client: Client, validator: User) -> Client:
    client.force_login(validator)
    return client


def _component(name: str, kind: str = "service", **fields: object) -> Component:
    return register_component(actor=SYSTEM, kind=kind, name=name, **fields)  # type: ignore[arg-type]


def _story() -> dict[str, Component]:
    team = baker.make(Team, slug="risk", name="Credit Risk", department="Lending", cost_centre="CC-1")
    made = {
        "data": _component("loan-applications", "dataset", owner_team=team, data_class="personal"),
        "model": _component("credit-risk", "model", tier=1, owner_team=team, description="Scores a loan."),
        "app": _component("loan-decision", tier=1),
        "shop": _component("personal-loans", "product", tier=2, title="Personal loans"),
        "lone": _component("lonely", tier=4),
    }
    add_dependency(actor=SYSTEM, consumer=made["model"], provider=made["data"], kind="trains_on")
    contract = baker.make(
        Contract, key="api:default/scores", name="scores", title="Scores", kind="api", provider=made["model"]
    )
    add_dependency(
        actor=SYSTEM, consumer=made["app"], provider=made["model"], kind="calls", contract=contract
    )
    add_dependency(actor=SYSTEM, consumer=made["shop"], provider=made["app"], kind="embeds")
    record_slo(actor=SYSTEM, component=made["model"], name="Answers", objective="99.95%")
    add_version(
        actor=SYSTEM, component=made["model"], version="13", code_commit="abcdef1234567890",
        metrics={"auc": 0.91, "ks": None},
        datasets=[{"name": "loans", "digest": "f00d", "context": "training"}], hyperparameters={"depth": "6"},
    )  # fmt: skip
    return made


def test_list_shows_components_with_owner_version_and_what_relies_on_them(page: Client) -> None:
    _story()
    text = page.get("/catalog/").content.decode()
    assert "5 components, by name." in text
    assert "model:default/credit-risk" in text
    assert "Credit Risk" in text
    assert re.search(r'<td data-l="Relied on by" class="num"><a href="[^"]+#dep">1<span', text)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=loan+decision", {"loan-decision"}),
        ("q=SCORES", {"credit-risk"}),
        ("kind=dataset", {"loan-applications"}),
        ("team=risk&tier=1", {"credit-risk"}),
        ("tier=4", {"lonely"}),
        ("q=%00", {"loan-applications", "credit-risk", "loan-decision", "personal-loans", "lonely"}),
        ("q=nothing-has-this", set()),
    ],
)
def test_list_narrows_by_each_filter(page: Client, query: str, names: set[str]) -> None:
    _story()
    found = page.get(f"/catalog/?{query}")
    assert found.status_code == 200
    assert {row.component.name for row in found.context["rows"]} == names


def test_list_with_a_filter_that_does_not_exist_says_so(page: Client) -> None:
    text = page.get("/catalog/?kind=toaster").content.decode()
    assert "toaster is not one of the available choices" in text


def test_component_page_says_what_it_hangs_together_with(page: Client) -> None:
    made = _story()
    found = page.get("/catalog/model:default/credit-risk/")
    text = found.content.decode()
    assert [(line.component.pk, line.how) for line in found.context["neighbours"]] == [
        (made["data"].pk, "It trains on this"),
        (made["app"].pk, "Calls it"),
        (made["shop"].pk, "Through loan-decision"),
    ]
    assert "<title>Service loan-decision: High · tier 1</title>" in text
    assert "<title>Product Personal loans: Medium · tier 2</title>" in text
    assert (
        '<a class="node here" href="/catalog/model:default/credit-risk/"><title>Model credit-risk: This model · 13'
        in text
    )
    for said in (
        "Scores",
        "99.95%",
        "Not measured",
        "abcdef123456",
        "0.91",
        "f00d",
        "Credit Risk, Lending",
        "CC-1",
    ):
        assert said in text
    assert "style=" not in text


def test_component_page_takes_any_case_and_any_hops(page: Client) -> None:
    _story()
    assert page.get("/catalog/MODEL:Default/Credit-Risk/?hops=4").status_code == 200
    for hops in ("0", "-1", "x", "²", "9" * 30):
        assert page.get(f"/catalog/model:default/credit-risk/?hops={hops}").status_code == 200


def test_component_page_of_a_lone_and_of_a_retired_component_say_so(page: Client) -> None:
    made = _story()
    assert b"Nothing is known to rely on it" in page.get("/catalog/service:default/lonely/").content
    Component.objects.filter(pk=made["lone"].pk).update(retired_at=clock.now())
    text = page.get("/catalog/service:default/lonely/").content
    assert b"Retired" in text
    assert b"Propose a change" not in text


def test_pages_send_nobody_in_to_sign_in(client: Client) -> None:
    _story()
    for path in ("/catalog/", "/catalog/graph/", "/catalog/model:default/credit-risk/"):
        assert client.get(path).headers["Location"].startswith("/accounts/login/")


def test_pages_show_a_person_without_a_role_nothing(client: Client) -> None:
    _story()
    client.force_login(baker.make(User, username="new", is_active=True))
    assert b"The catalog is empty" in client.get("/catalog/").content
    assert b"credit-risk" not in client.get("/catalog/graph/").content
    assert client.get("/catalog/model:default/credit-risk/").status_code == 404
    denial = AuditEvent.objects.get(event="access.denied")
    assert (denial.object_type, denial.object_id) == ("component", "model:default/credit-risk")
    assert client.get("/catalog/model:default/nothing/").status_code == 404
    assert AuditEvent.objects.filter(event="access.denied").count() == 1


@pytest.mark.parametrize(
    "query", ["", "team=risk", "kind=model", "around=credit", "around=model:default/credit-risk&hops=1"]
)
def test_graph_page_draws_and_tells_the_same(page: Client, query: str) -> None:
    _story()
    found = page.get(f"/catalog/graph/?{query}")
    drawn = {placed.box.label for placed in found.context["picture"].drawing.boxes}
    told = {str(row["component"]) for row in found.context["rows"]}
    assert drawn == told
    assert drawn


def test_graph_page_says_when_nothing_has_the_name(page: Client) -> None:
    _story()
    assert "No component is called “toaster”" in page.get("/catalog/graph/?around=toaster").content.decode()


@pytest.mark.parametrize("path", ["/catalog/", "/catalog/graph/", "/catalog/service:default/hub/"])
def test_pages_ask_the_same_number_of_queries_for_one_and_three(
    page: Client, path: str, django_assert_num_queries: Callable[..., object]
) -> None:
    hub = _component("hub")
    expected = {"/catalog/": 10, "/catalog/graph/": 9, "/catalog/service:default/hub/": 16}[path]

    def grow(name: str) -> None:
        leaf, far = _component(name), _component(f"{name}-far")
        add_dependency(actor=SYSTEM, consumer=leaf, provider=hub, kind="calls")
        add_dependency(actor=SYSTEM, consumer=far, provider=leaf, kind="calls")
        add_version(actor=SYSTEM, component=leaf, version="1")
        record_slo(actor=SYSTEM, component=hub, name=name, objective="99%")

    grow("one")
    page.get(path)
    with django_assert_num_queries(expected):
        page.get(path)
    grow("two")
    grow("three")
    page.get(path)
    with django_assert_num_queries(expected):
        page.get(path)


def test_component_page_shows_what_changes_come_and_what_is_at_work(client: Client) -> None:
    estate = make_estate()
    change = submitted(estate)
    item = change.items.select_related("component", "from_version", "to_version").first()
    assert item
    assert item.from_version
    client.force_login(estate.people["leila"])
    found = client.get(f"/catalog/{item.component.key}/")
    text = found.content.decode()
    assert change.ref in text
    assert item.to_version.version in text
    assert found.context["current"] == item.from_version
    assert [move.change for move in found.context["coming"]] == [change]
