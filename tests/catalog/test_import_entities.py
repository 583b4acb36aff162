"""Single entities: kinds, ties, owners, definitions, and what is wrong with them."""

import hashlib
import os
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from model_bakery import baker

from apps.accounts.models import Team, User
from apps.catalog.models import Component, Contract, Definition, Dependency
from apps.catalog.rules.report import ImportReport
from apps.catalog.selectors import definition_of
from tests.catalog.conftest import entity, run

pytestmark = pytest.mark.django_db


def _reasons(report: ImportReport) -> str:
    return "\n".join(
        f"{found.severity} {found.document} {found.entity} {found.reason}" for found in report.errors
    )


def _import(folder: Path, text: str) -> ImportReport:
    (folder / "x.yaml").write_text(text)
    return run(folder)


def _ties() -> set[tuple[str, str, str, str | None]]:
    rows = Dependency.objects.filter(retired_at=None)
    names = rows.values_list("consumer__name", "provider__name", "kind", "contract__key")
    return set(names)


@pytest.mark.parametrize(
    ("kind", "word", "expected"),
    [
        ("Component", "service", "service"), ("Component", "website", "service"), ("Component", "library", "service"),
        ("Component", "", "service"), ("Component", "ml-model", "model"), ("Component", "Model", "model"),
        ("Component", "workflow", "pipeline"), ("Component", "feature_store", "feature_set"),
        ("Component", "dataset", "dataset"), ("Component", "product", "product"), ("Resource", "database", "dataset"),
        ("Resource", "s3-bucket", "dataset"), ("Resource", "table", "dataset"), ("Resource", "vm", "service"),
        ("System", "", "product"),
    ],
)  # fmt: skip
def test_import_gives_each_entity_its_kind(folder: Path, kind: str, word: str, expected: str) -> None:
    _import(folder, entity(kind, "it", f"type: {word}"))
    assert Component.objects.get().key == f"{expected}:default/it"


PARTS = (
    entity("Resource", "data", "type: dataset")
    + entity("Component", "flow", "type: pipeline")
    + entity("Component", "model", "type: model")
    + entity("Component", "app", "type: service")
)


@pytest.mark.parametrize(
    ("spec", "notes", "expected"),
    [
        ("type: service\ndependsOn: [resource:data]", "", ("it", "data", "reads", None)),
        ("type: model\ndependsOn: [data]", "", ("it", "data", "trains_on", None)),
        ("type: service\ndependsOn: [Component:Default/MODEL]", "", ("it", "model", "calls", None)),
        ("type: product\ndependsOn: [app]", "", ("it", "app", "embeds", None)),
        ("type: dataset\ndependsOn: [flow]", "", ("flow", "it", "writes", None)),
        ("type: service\ndependencyOf: [app]", "", ("app", "it", "calls", None)),
        ("type: pipeline", "writes: model, ", ("it", "model", "writes", None)),
        ("type: service\ndependsOn: [data]", "writes: 'data'", ("it", "data", "writes", None)),
        ("type: service", "trains-on: resource:data", ("it", "data", "trains_on", None)),
        ("dependsOn: [{kind: Component, name: app}]", "", ("it", "app", "calls", None)),
    ],
)
def test_import_ties_by_the_kind_that_was_meant(
    folder: Path, spec: str, notes: str, expected: tuple[str, str, str, None]
) -> None:
    report = _import(folder, PARTS + entity("Component", "it", spec, notes))
    assert report.errors == []
    assert _ties() == {expected}


def test_import_gives_a_contract_to_the_tie_that_was_named(folder: Path) -> None:
    files = (
        entity("Resource", "loans", "type: dataset\nprovidesApis: [loans-data]")
        + entity("API", "loans-data", "type: odcs")
        + entity("Component", "risk", "type: model\nconsumesApis: [loans-data]\ndependsOn: [resource:loans]")
        + entity("Component", "flow", "type: pipeline\nconsumesApis: [loans-data]", "writes: resource:loans")
        + entity("Component", "app", "type: service\nconsumesApis: [api:loans-data]")
    )
    assert _import(folder, files).errors == []
    contract = "data:default/loans-data"
    assert _ties() == {
        ("risk", "loans", "trains_on", contract),
        ("flow", "loans", "writes", contract),
        ("app", "loans", "reads", contract),
    }
    assert Contract.objects.get().provider == Component.objects.get(name="loans")


def test_import_takes_relations_of_an_exported_entity(folder: Path) -> None:
    exported = entity("Component", "app") + (
        "relations:\n"
        "  - {type: ownedBy, targetRef: group:default/team}\n"
        "  - {type: dependsOn, targetRef: component:default/base}\n"
    )
    _import(folder, entity("Group", "team") + entity("Component", "base") + exported)
    app = Component.objects.get(name="app")
    assert app.owner_team
    assert app.owner_team.slug == "team"
    assert _ties() == {("app", "base", "calls", None)}


def test_import_reports_each_wrong_part_and_takes_the_rest(folder: Path) -> None:
    wrong = "owner: component:app\ndependsOn: [it, 'a b', 7, nobody]"
    text = (
        PARTS
        + entity("Component", "it", wrong, "tier: 9\nslo: fast\ndata-class: secret")
        + entity("API", "lonely", "definition: {$text: https://example.com/x}")
        + entity("Component", "user", "consumesApis: [lonely]\nsubcomponentOf: data")
    )
    report = _import(folder, text)
    assert report.created == 7
    said = _reasons(report)
    for part in (
        'owner: "component:app" names a component, but only a group or user fits here.',
        "It names itself",
        'dependsOn: "a b" cannot be read',
        'dependsOn: "7" is not known: no entity default/7 ',
        'dependsOn: "nobody" is not known',
        'tier is "9"',
        'slo: "fast" is not',
        'data-class is "secret"',
        "that is never fetched",
        "Nobody is known to provide api:default/lonely",
        'subcomponentOf: "data" is not known: no entity component:default/data',
    ):
        assert part in said
    assert all(found.severity == "warning" for found in report.errors)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("just words", "not a mapping"),
        ("- a\n- b", "not a mapping"),
        ("services: {web: 1}", "has no kind"),
        ("kind: Component", "no metadata mapping"),
        ("kind: Component\nmetadata: {title: x}", "no metadata.name"),
        ("kind: Component\nmetadata: {name: -x}", "breaks the rule for names"),
        ("kind: Component\nmetadata: {name: x, namespace: 'a b'}", "Its namespace"),
        ("kind: Component\nmetadata: {name: x}\nspec: [1]", "spec is not a mapping"),
        (f"kind: Component\nmetadata: {{name: {'x' * 64}}}", "breaks the rule for names"),
        ("kind: Component\nmetadata:\n name: x\n  y: 1", "not valid YAML, line 5"),
    ],
)
def test_import_of_a_bad_document_says_where_and_why(folder: Path, text: str, said: str) -> None:
    report = _import(folder, f"---\n{text}\n{entity('Component', 'good')}")
    (finding,) = report.errors
    assert (finding.severity, finding.document) == ("error", 1)
    assert finding.file == str(folder / "x.yaml")
    assert said in finding.reason
    assert Component.objects.get().name == "good"


def test_import_of_bad_files_names_each_and_reads_the_others(folder: Path) -> None:
    (folder / "binary.yaml").write_bytes(b"\x00\x01\xff")
    (folder / "latin.yaml").write_bytes(b"kind: Caf\xe9")
    (folder / "huge.yml").write_bytes(b"#" * 5_000_001)
    (folder / "empty.yaml").write_text("")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "x.yaml").write_text("nonsense")
    (folder / "notes.txt").write_text("nonsense")
    os.mkfifo(folder / "pipe.yaml")
    (folder / "gone.yaml").symlink_to(folder / "nowhere")
    report = _import(folder, entity("Component", "good"))
    assert {Path(found.file).name: found.reason for found in report.errors} == {
        "binary.yaml": "This is a binary file, not YAML.",
        "latin.yaml": "This file is not UTF-8 text.",
        "huge.yml": "This file is larger than 5 MB. Split it.",
        "pipe.yaml": "This is not an ordinary file.",
        "gone.yaml": "This is not an ordinary file.",
    }
    assert report.created == 1


def test_import_never_leaves_its_folder_and_fetches_nothing(folder: Path) -> None:
    secret = folder.parent / "secret.yaml"
    secret.write_text(entity("Component", "secret"))
    (folder / "link.yaml").symlink_to(secret)
    (folder / "sub").symlink_to(folder.parent)
    targets = [
        "../secret.yaml",
        str(secret),
        "sub/secret.yaml",
        "https://127.0.0.1:1/x.yaml",
        "file:../*.yaml",
        "nope.yaml",
    ]
    report = _import(
        folder,
        entity("Location", "here", f"targets: {targets}")
        + entity("Location", "there", "type: url\ntarget: x.yaml")
        + entity("Component", "good"),
    )  # fmt: skip
    assert [component.name for component in Component.objects.all()] == ["good"]
    said = _reasons(report)
    assert said.count("lies outside") == 4
    assert said.count("leads out of the folder") == 1
    assert said.count("never fetched") == 2
    assert "nope.yaml: there is no such file" in said


def test_import_follows_locations_once_and_in_circles(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "b.yaml").write_text(entity("Location", "b", "targets: [../x.yaml, ./c*.yaml]"))
    (inner / "c1.yaml").write_text(entity("Component", "c1"))
    (inner / "c2.yaml").write_text(entity("Component", "c2"))
    (folder / "x.yaml").write_text(entity("Location", "a", "target: ./inner/b.yaml"))
    report = run(folder / "x.yaml")
    assert (report.created, report.errors) == (2, [])


def test_import_of_one_name_under_two_kinds_that_become_one_takes_the_first(folder: Path) -> None:
    report = _import(
        folder, entity("Component", "x", "type: dataset") + entity("Resource", "X", "type: dataset")
    )
    assert report.created == 1
    assert "It would be dataset:default/x, which component:default/x" in _reasons(report)
    assert Component.objects.get().source_ref == "component:default/x"


def test_import_never_changes_someone_who_can_sign_in(folder: Path) -> None:
    old = baker.make(Team, slug="old")
    ana = baker.make(User, username="ana", email="ana@bank.example", first_name="Ana", is_active=True)
    ana.set_password("a long pass phrase")
    ana.save()
    ana.teams.add(old)
    _import(
        folder,
        entity("Group", "new")
        + entity("User", "ana", "memberOf: [new]\nprofile: {displayName: Eve Evil, email: eve@evil.example}"),
    )
    ana.refresh_from_db()
    assert (ana.email, ana.first_name, ana.is_active) == ("ana@bank.example", "Ana", True)
    assert ana.check_password("a long pass phrase")
    assert {team.slug for team in ana.teams.all()} == {"old", "new"}


def test_import_moves_an_imported_person_between_teams(folder: Path) -> None:
    groups = entity("Group", "a", "members: [ben]") + entity("Group", "b.c")
    _import(folder, groups + entity("User", "ben"))
    assert [team.slug for team in User.objects.get().teams.all()] == ["a"]
    report = _import(
        folder, entity("Group", "a") + entity("Group", "b.c") + entity("User", "ben", "memberOf: [b.c]")
    )
    assert [team.slug for team in User.objects.get().teams.all()] == ["b-c"]
    assert (report.updated, report.unchanged) == (1, 2)


def test_import_writes_what_a_group_says_of_its_team(folder: Path) -> None:
    notes = "department: Lending\ncost-centre: CC-100\nescalation-contact: user:ana"
    _import(
        folder, entity("Group", "risk", "profile: {displayName: Credit Risk}", notes) + entity("User", "ana")
    )
    team = Team.objects.get()
    assert (team.name, team.department, team.cost_centre) == ("Credit Risk", "Lending", "CC-100")
    assert team.escalation_contact == User.objects.get(username="ana")
    report = _import(folder, entity("Group", "risk") + entity("User", "ana"))
    team.refresh_from_db()
    assert (team.name, team.department) == ("risk", "Lending")
    assert report.updated == 1


def test_import_keeps_each_definition_once_and_for_good(folder: Path) -> None:
    same = "definition: |\n    openapi: 3.1.0"
    text = entity("API", "one", same) + entity("API", "two", same) + entity("API", "far", "type: grpc")
    _import(folder, text)
    one, two, far = Contract.objects.order_by("-definition_digest", "key")
    assert definition_of(one.definition_digest) == definition_of(two.definition_digest) == b"openapi: 3.1.0\n"
    assert definition_of(far.definition_digest) is None
    held = Definition.objects.get()
    assert (held.digest, held.size) == (hashlib.sha256(b"openapi: 3.1.0\n").hexdigest(), 15)
    again = _import(folder, text)
    assert (again.created, again.updated, again.unchanged, again.retired) == (0, 0, 3, 0)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        held.delete()
    _import(folder, entity("API", "one", "definition: |\n    openapi: 3.1.1"))
    assert definition_of(Contract.objects.get(name="one").definition_digest) == b"openapi: 3.1.1\n"
    assert Definition.objects.count() == 2
