"""The catalogs that real projects publish go in, and what is wrong with them is named."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from apps.accounts.models import Team, User
from apps.audit.models import AuditEvent
from apps.catalog.models import Component, Contract, Dependency
from apps.catalog.selectors import blast_radius
from tests.catalog.conftest import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def labels(shared_data: Path) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = json.loads((shared_data / "catalog" / "labels.json").read_text())
    return found


def test_import_names_every_dangling_reference_duplicate_and_bad_name(
    shared_data: Path, labels: dict[str, list[dict[str, str]]]
) -> None:
    said = run(shared_data / "catalog").errors
    for label in labels["unresolved_references"]:
        assert any(
            found.file.endswith(label["file"]) and found.entity == label["from"] and found.document >= 1
            and found.severity == "warning" and label["field"] in found.reason and label["ref"] in found.reason
            for found in said
        ), label  # fmt: skip
    dangling = [found for found in said if "is not known" in found.reason]
    assert len(dangling) == len(labels["unresolved_references"])
    (duplicate,) = (found for found in said if "stands already" in found.reason)
    assert duplicate.entity == "user:default/guest"
    assert all(
        any(name in text for text in (duplicate.file, duplicate.reason))
        for name in labels["duplicates"][0]["files"]
    )
    (bad,) = (found for found in said if found.severity == "error")
    assert (bad.entity, bad.document) == (labels["invalid_names"][0]["entity"], 1)
    assert bad.file.endswith(labels["invalid_names"][0]["file"])


def test_import_writes_what_the_files_say(shared_data: Path) -> None:
    run(shared_data / "catalog")
    assert Component.objects.filter(kind="product").count() == 3
    assert Component.objects.filter(source_ref__startswith="component:").count() == 11
    assert Contract.objects.count() == 6
    assert Team.objects.count() == 7
    assert User.objects.count() == 12
    lookup = Component.objects.get(key="service:default/artist-lookup")
    assert (lookup.owner_team.slug if lookup.owner_team else "", lookup.stage, lookup.tags) == (
        "team-a", "experimental", ["java", "data"],
    )  # fmt: skip
    assert lookup.links[0] == {"title": "Examples Users", "url": "https://example.com/user"}
    shuffle = Component.objects.get(key="service:default/shuffle-api")
    assert shuffle.owner_person
    assert shuffle.owner_person.username == "guest"
    assert (
        Component.objects.get(key="service:alternative/different-namespace").owner_team_id
        == lookup.owner_team_id
    )
    ties = set(Dependency.objects.values_list("consumer__key", "provider__key", "kind"))
    assert ("service:default/artist-lookup", "dataset:default/artists-db", "reads") in ties
    assert ("service:default/www-artist", "service:default/artist-lookup", "calls") in ties
    assert ("product:default/artist-engagement-portal", "dataset:default/artists-db", "embeds") in ties
    assert ("service:default/wayback-archive", "service:default/wayback-archive-ingestion", "embeds") in ties
    hits = blast_radius([Component.objects.get(key="dataset:default/artists-db")])
    keys = dict(Component.objects.values_list("pk", "key"))
    assert {keys[hit.component_id]: hit.depth for hit in hits} == {
        "product:default/artist-engagement-portal": 1,
        "service:default/artist-lookup": 1,
        "service:default/www-artist": 2,
    }


def test_imported_people_cannot_sign_in_and_are_in_their_teams(shared_data: Path) -> None:
    run(shared_data / "catalog")
    frank = User.objects.get(username="frank.tiernan")
    assert (frank.get_full_name(), frank.email) == ("Frank Tiernan", "frank-tiernan@example.com")
    assert not frank.is_active
    assert not frank.has_usable_password()
    assert [team.slug for team in frank.teams.all()] == ["team-c"]
    assert Team.objects.get(slug="team-a").department == "infrastructure"
    assert User.objects.filter(username="guest@development").exists()


def test_second_import_changes_nothing_and_writes_no_entry(shared_data: Path) -> None:
    first = run(shared_data / "catalog")
    entries = AuditEvent.objects.count()
    again = run(shared_data / "catalog")
    assert (again.created, again.updated, again.retired) == (0, 0, 0)
    assert again.unchanged == first.created
    assert again.errors == first.errors
    assert AuditEvent.objects.count() == entries
    assert not Component.objects.exclude(retired_at=None).exists()


def test_command_prints_one_json_object_on_its_last_line(shared_data: Path) -> None:
    out = StringIO()
    call_command("import_catalog", str(shared_data / "catalog"), "--json", stdout=out)
    answer = json.loads(out.getvalue().splitlines()[-1])
    assert set(answer) == {"created", "updated", "unchanged", "retired", "errors"}
    assert set(answer["errors"][0]) == {"file", "document", "entity", "reason", "severity"}


def test_command_says_in_words_what_happened(shared_data: Path) -> None:
    out = StringIO()
    call_command("import_catalog", str(shared_data / "catalog" / "backstage-create-app"), stdout=out)
    assert out.getvalue().endswith(
        "2 files read. 5 created, 0 updated, 0 unchanged, 0 retired. 0 not taken, 0 taken with a part left out.\n"
    )


def test_command_that_can_read_nothing_exits_1(tmp_path: Path) -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("import_catalog", str(tmp_path / "nowhere"), "--json", stdout=out)
    assert stopped.value.code == 1
    (finding,) = json.loads(out.getvalue())["errors"]
    assert finding["reason"] == "There is no such file or folder."
