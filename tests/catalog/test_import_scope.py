"""An import retires what its own roots dropped, and nothing else."""

from pathlib import Path

import pytest

from apps.audit.models import AuditEvent
from apps.catalog.models import Component, Contract, Dependency, ServiceObjective
from apps.catalog.selectors import graph
from tests.catalog.conftest import entity, run

pytestmark = pytest.mark.django_db

TWO = entity("Component", "a", "type: service\ndependsOn: [component:b]") + entity(
    "Component", "b", "type: model"
)


def _in_use() -> set[str]:
    return set(Component.objects.filter(retired_at=None).values_list("key", flat=True))


def test_import_retires_what_vanished_and_brings_back_what_returns(folder: Path) -> None:
    (folder / "x.yaml").write_text(TWO)
    run(folder)
    assert len(graph().ties) == 1
    (folder / "x.yaml").write_text(entity("Component", "a", "type: service"))
    gone = run(folder)
    assert (gone.retired, gone.updated, gone.unchanged) == (1, 1, 0)
    assert _in_use() == {"service:default/a"}
    assert graph().ties == []
    assert AuditEvent.objects.filter(event="component.retired").count() == 1
    (folder / "x.yaml").write_text(TWO)
    back = run(folder)
    assert (back.created, back.updated, back.retired) == (0, 2, 0)
    assert AuditEvent.objects.filter(event="component.restored").count() == 1
    assert len(graph().ties) == 1
    assert Component.objects.count() == 2
    assert Dependency.objects.count() == 1


def test_import_of_one_file_leaves_the_rest_of_its_folder_alone(folder: Path) -> None:
    (folder / "one.yaml").write_text(entity("Component", "one"))
    (folder / "two.yaml").write_text(entity("Component", "two"))
    run(folder)
    assert run(folder / "one.yaml").retired == 0
    assert len(_in_use()) == 2
    (folder / "two.yaml").unlink()
    assert run(folder / "one.yaml").retired == 0
    assert run(folder).retired == 1


def test_import_of_a_folder_inside_leaves_what_is_beside_it_alone(folder: Path) -> None:
    for name in ("in", "inside"):
        (folder / name).mkdir()
        (folder / name / "x.yaml").write_text(entity("Component", name))
    run(folder)
    (folder / "in" / "x.yaml").write_text(entity("Component", "new"))
    assert run(folder / "in").retired == 1
    assert _in_use() == {"service:default/inside", "service:default/new"}


def test_import_retires_what_a_location_no_longer_leads_to(folder: Path) -> None:
    (folder / "part.yaml").write_text(entity("Component", "part"))
    (folder / "all.yaml").write_text(entity("Location", "all", "targets: [./part.yaml]"))
    assert run(folder / "all.yaml").created == 1
    (folder / "all.yaml").write_text(entity("Location", "all", "targets: []"))
    assert run(folder / "all.yaml").retired == 1


def test_import_retires_nothing_of_a_file_that_cannot_be_read_whole(folder: Path) -> None:
    (folder / "x.yaml").write_text(TWO)
    (folder / "y.yaml").write_text(entity("Component", "y"))
    run(folder)
    (folder / "x.yaml").write_text(entity("Component", "a", "type: service") + "---\nb: [\n")
    (folder / "y.yaml").write_text(entity("Component", "z"))
    report = run(folder)
    assert report.retired == 1
    assert _in_use() == {"service:default/a", "model:default/b", "service:default/z"}
    assert len(graph().ties) == 1


def test_import_of_a_folder_that_is_gone_or_empty_changes_nothing(folder: Path) -> None:
    (folder / "x.yaml").write_text(TWO)
    run(folder)
    (folder / "x.yaml").unlink()
    report = run(folder, folder / "gone")
    assert (report.read, report.retired) == (0, 0)
    assert len(_in_use()) == 2


def test_import_of_a_component_that_becomes_another_kind_retires_the_old_key(folder: Path) -> None:
    (folder / "x.yaml").write_text(entity("Component", "scorer", "type: service"))
    run(folder)
    (folder / "x.yaml").write_text(entity("Component", "scorer", "type: ml-model"))
    report = run(folder)
    assert (report.created, report.retired) == (1, 1)
    assert _in_use() == {"model:default/scorer"}


def test_import_brings_promises_and_contracts_in_line(folder: Path) -> None:
    both = "slo: 'Answers: 99.95% over 7 days; Fast enough: 95% under 120 ms'"
    (folder / "x.yaml").write_text(entity("Component", "a", "providesApis: [x]", both) + entity("API", "x"))
    run(folder)
    assert set(ServiceObjective.objects.values_list("name", "objective", "window_days")) == {
        ("Answers", "99.95%", 7),
        ("Fast enough", "95% under 120 ms", 30),
    }
    (folder / "x.yaml").write_text(entity("Component", "a", "", "slo: 'Answers: 99.9% over 7 days'"))
    report = run(folder)
    assert (report.updated, report.retired) == (1, 1)
    assert list(ServiceObjective.objects.filter(retired_at=None).values_list("objective", flat=True)) == [
        "99.9%"
    ]
    assert Contract.objects.exclude(retired_at=None).count() == 1


def test_import_joins_a_contract_and_its_provider_that_came_apart(folder: Path) -> None:
    for name, text in {
        "apis": entity("API", "scores"),
        "services": entity("Component", "scorer", "providesApis: [scores]"),
        "users": entity("Component", "shop", "consumesApis: [scores]"),
    }.items():
        (folder / f"{name}.yaml").write_text(text)
        assert run(folder / f"{name}.yaml").errors == []
    contract = Contract.objects.get(key="api:default/scores")
    assert contract.provider
    assert contract.provider.key == "service:default/scorer"
    assert [tie.contract_id for tie in graph().ties] == [contract.pk]
    entries = AuditEvent.objects.count()
    for name in ("apis", "services", "users"):
        again = run(folder / f"{name}.yaml")
        assert (again.created, again.updated, again.retired) == (0, 0, 0)
    assert AuditEvent.objects.count() == entries
