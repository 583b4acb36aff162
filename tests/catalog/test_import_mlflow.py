"""Registries go in: as saved by a real server, as odd servers answer, and from a real server that runs."""

import http.server
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from model_bakery import baker

from apps.accounts.models import Team, User
from apps.audit.models import AuditEvent
from apps.catalog.models import Component, ComponentVersion
from apps.catalog.rules.report import ImportReport
from apps.catalog.services import RegistryUnreachable, import_mlflow, registry_at
from apps.core import actors
from tests.catalog.conftest import entity
from tests.catalog.conftest import run as import_files
from tests.catalog.mlflow_server import fill, mlflow_server

pytestmark = pytest.mark.django_db


class Answers:
    """A registry that says what it is told to, in the shapes of odd servers."""

    root = "http://registry.example"

    def __init__(
        self, models: list[Any], versions: list[Any] | None = None, runs: dict[str, Any] | None = None
    ) -> None:
        self._models, self._versions, self._runs = models, versions or [], runs or {}

    def models(self) -> Iterator[dict[str, Any]]:
        yield from self._models

    def versions(self) -> Iterator[dict[str, Any]]:
        yield from self._versions

    def run(self, run_id: str) -> dict[str, Any] | None:
        return self._runs.get(run_id)

    def close(self) -> None:
        """Nothing is held open."""


def _take(client: Any) -> ImportReport:
    return import_mlflow(actor=actors.system("import_mlflow"), client=client)


def test_import_of_real_answers_writes_models_versions_and_lineage(shared_data: Path) -> None:
    root = baker.make(User, username="root", is_active=True)
    imaging = baker.make(Team, slug="imaging")
    report = _take(registry_at(str(shared_data / "mlflow")))
    assert (report.created, report.errors) == (4, [])
    model = Component.objects.get()
    assert (model.key, model.tier, model.source) == ("model:default/tumour-screening", 1, "mlflow")
    assert model.description == "Benign/malignant triage from nucleus measurements"
    assert model.owner_team is None, "the team stands on the runs here, not on the model"
    versions = {version.version: version for version in model.versions.all()}
    assert {number: version.aliases for number, version in versions.items()} == {
        "1": [],
        "2": ["champion"],
        "3": ["challenger"],
    }
    second = versions["2"]
    assert second.metrics == {
        "accuracy": 0.905,
        "f1_macro": 0.8937805730258561,
        "log_loss": 0.1842863622520486,
    }
    assert second.hyperparameters["C"] == "0.05"
    assert second.datasets[0] == {
        "name": "breast_cancer_train",
        "digest": "f6a0193c",
        "context": "training",
        "columns": 31,
    }
    assert (second.author, second.code_commit) == (root, "")
    assert second.source_ref == "1494bde19eb441979d34c9bca7112875"
    assert second.released_at
    assert second.released_at.timestamp() == 1795227808.478
    assert sorted(report.version_ids) == sorted(version.pk for version in versions.values())
    assert imaging.components.count() == 0


def test_second_import_changes_nothing_and_writes_no_entry(shared_data: Path) -> None:
    _take(registry_at(str(shared_data / "mlflow")))
    entries = AuditEvent.objects.count()
    again = _take(registry_at(str(shared_data / "mlflow")))
    assert (again.created, again.updated, again.unchanged, again.retired) == (0, 0, 4, 0)
    assert AuditEvent.objects.count() == entries


def test_import_retires_what_the_registry_dropped_and_brings_it_back(
    shared_data: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "mlflow"
    shutil.copytree(shared_data / "mlflow", saved)
    _take(registry_at(str(saved)))
    answer = saved / "model-versions_search.json"
    whole = json.loads(answer.read_text())
    answer.write_text(json.dumps({"model_versions": whole["model_versions"][:2]}))
    assert _take(registry_at(str(saved))).retired == 1
    assert ComponentVersion.objects.exclude(retired_at=None).count() == 1
    answer.write_text(json.dumps(whole))
    back = _take(registry_at(str(saved)))
    assert (back.updated, back.created) == (1, 0)
    (saved / "registered-models_search.json").write_text("{}")
    answer.write_text("{}")
    assert _take(registry_at(str(saved))).retired == 4
    assert Component.objects.filter(retired_at=None).count() == 0


def test_import_leaves_a_model_that_a_file_describes_as_the_file_says(
    shared_data: Path, folder: Path
) -> None:
    (folder / "x.yaml").write_text(entity("Component", "tumour-screening", "type: ml-model", "tier: 4"))
    import_files(folder)
    report = _take(registry_at(str(shared_data / "mlflow")))
    assert (report.created, report.unchanged) == (3, 1)
    model = Component.objects.get()
    assert (model.tier, model.source, model.versions.count()) == (4, "backstage", 3)
    assert import_files(folder).unchanged == 1


def test_import_of_a_file_takes_over_a_model_that_the_registry_brought(
    shared_data: Path, folder: Path
) -> None:
    _take(registry_at(str(shared_data / "mlflow")))
    (folder / "x.yaml").write_text(entity("Component", "tumour-screening", "type: ml-model", "tier: 4"))
    assert import_files(folder).updated == 1
    assert Component.objects.get().source == "backstage"
    assert _take(registry_at(str(shared_data / "mlflow"))).unchanged == 4


def _tag(key: str, value: str) -> dict[str, str]:
    return {"key": key, "value": value}


def test_import_bends_to_what_servers_leave_out_or_get_wrong() -> None:
    report = _take(
        Answers(
            [
                {"name": "a", "aliases": [{"alias": "champion", "version": "1"}], "tags": "none"},
                {"name": "Team/Ärger model", "tags": [_tag("risk_tier", "2"), _tag("data_class", "personal")]},
                {"name": "Team Ärger model"},
                {"name": "???"},
                {},
            ],
            [
                {"name": "a", "version": 1, "run_id": "r1", "aliases": ["live", {"alias": "blue"}]},
                {"name": "a", "version": "2", "run_id": "gone"},
                {"name": "a", "version": "3", "creation_timestamp": "soon"},
                {"name": "never heard of", "version": "1"},
            ],
            {
                "r1": {
                    "data": {
                        "metrics": [
                            {"key": "nan", "value": "NaN"}, {"key": "inf", "value": "Infinity"},
                            {"key": "bare", "value": float("nan")}, {"key": "text", "value": "0.5"}, {"key": "none"},
                        ],
                        "params": [{"key": "nul", "value": "a\0b\ud800"}],
                    },
                    "inputs": {"dataset_inputs": [{}, {"dataset": {"schema": "not json", "digest": "d"}}]},
                }
            },
        )
    )  # fmt: skip
    assert [(found.entity, found.severity) for found in report.errors] == [
        ("Team Ärger model", "error"), ("???", "error"), ("", "error"), ("a 2", "warning"),
    ]  # fmt: skip
    other = Component.objects.get(key="model:default/team-rger-model")
    assert (other.tier, other.data_class, other.title) == (2, "personal", "Team/Ärger model")
    first = ComponentVersion.objects.get(version="1")
    assert first.aliases == ["blue", "champion", "live"]
    assert first.metrics == {"nan": None, "inf": None, "bare": None, "text": 0.5, "none": None}
    assert first.hyperparameters == {"nul": "ab"}
    assert [dataset["digest"] for dataset in first.datasets] == ["", "d"]
    assert ComponentVersion.objects.get(version="3").released_at is None


class _Handler(http.server.BaseHTTPRequestHandler):
    answers: dict[str, tuple[int, bytes]] = {}
    asked: list[str] = []

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        path = self.path.removeprefix("/api/2.0/mlflow/")
        status, content = self.answers.get(path, self.answers.get(path.split("?")[0], (404, b"<html>")))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Callable[[dict[str, tuple[int, bytes]]], str]]:
    """Serve canned answers on 127.0.0.1."""
    handler = type("Handler", (_Handler,), {"answers": {}, "asked": []})
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=running.serve_forever, args=(0.05,))
    thread.start()

    def serve(answers: dict[str, tuple[int, bytes]]) -> str:
        handler.answers = answers  # type: ignore[attr-defined]
        return f"http://127.0.0.1:{running.server_port}"

    yield serve
    running.shutdown()
    running.server_close()
    thread.join()


def test_live_client_pages_on_and_asks_for_aliases_that_a_search_left_out(
    server: Callable[[dict[str, tuple[int, bytes]]], str],
) -> None:
    model, first, second = '{"name": "a"}', '{"name": "b", "aliases": []}', '{"alias": "x", "version": "1"}'
    answers = {
        "registered-models/search?max_results=100": f'{{"registered_models": [{model}], "next_page_token": "t"}}',
        "registered-models/search?max_results=100&page_token=t": f'{{"registered_models": [{first}]}}',
        "registered-models/get": f'{{"registered_model": {{"name": "a", "aliases": [{second}]}}}}',
        "model-versions/search": '{"model_versions": [{"name": "a", "version": "1", "run_id": "r"}]}',
    }
    gone = {"runs/get": (404, b'{"error_code": "RESOURCE_DOES_NOT_EXIST"}')}
    address = server({path: (200, text.encode()) for path, text in answers.items()} | gone)
    report = _take(registry_at(address.replace("http://", "http://user:secret@")))
    assert report.created == 3
    assert [found.severity for found in report.errors] == ["warning"]
    assert ComponentVersion.objects.get().aliases == ["x"]
    assert Component.objects.filter(source_root=address).count() == 2
    assert "secret" not in json.dumps(report.as_json())


@pytest.mark.parametrize(
    ("status", "content", "said"),
    [
        (302, b"", "answered 302"),
        (200, b"<html>hello</html>", "no MLflow answer"),
        (200, b"[1]", "no MLflow answer"),
        (500, b'{"error_code": "INTERNAL_ERROR"}', "answered 500"),
        (404, b'{"error_code": "RESOURCE_DOES_NOT_EXIST"}', "no model registry"),
        (200, b'{"next_page_token": "again"}', "never comes to the last page"),
    ],
)
def test_registry_that_answers_nonsense_changes_nothing_and_says_so(
    server: Callable[[dict[str, tuple[int, bytes]]], str],
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    content: bytes,
    said: str,
) -> None:
    monkeypatch.setattr("apps.catalog.services.mlflow.clients.MAX_PAGES", 5)
    report = _take(registry_at(server({"registered-models/search": (status, content)})))
    (finding,) = report.errors
    assert said in finding.reason
    assert "\n" not in finding.reason
    assert (report.read, Component.objects.count(), AuditEvent.objects.count()) == (0, 0, 0)


def test_registry_that_is_not_there_is_named_in_one_line() -> None:
    (finding,) = _take(registry_at("http://127.0.0.1:1")).errors
    assert finding.reason.startswith("http://127.0.0.1:1 cannot be reached: ")
    for place in ("ftp://x", "/no/such/folder"):
        with pytest.raises(RegistryUnreachable, match="neither an http address nor a folder"):
            registry_at(place)


def test_folder_without_answers_is_named(tmp_path: Path) -> None:
    (finding,) = _take(registry_at(str(tmp_path))).errors
    assert "holds no answer to registered-models_search" in finding.reason
    (tmp_path / "registered-models_search.json").write_text("[")
    (finding,) = _take(registry_at(str(tmp_path))).errors
    assert "is not a JSON object" in finding.reason


@pytest.mark.slow
def test_import_from_a_running_mlflow_server(tmp_path: Path) -> None:
    ana = baker.make(User, username="ana", is_active=True)
    with mlflow_server(tmp_path) as address:
        fill(address, tmp_path)
        report = _take(registry_at(address))
        again = _take(registry_at(address))
    assert (report.created, report.errors) == (4, [])
    assert (again.unchanged, again.created, again.updated, again.retired) == (4, 0, 0, 0)
    model = Component.objects.get(key="model:default/screening-model-v2")
    assert (model.title, model.tier, model.description) == ("Screening Model v2", 1, "Sorts tumours.")
    first, second = model.versions.order_by("version")
    assert (first.aliases, second.aliases) == (["champion"], [])
    assert first.author == ana
    assert first.code_commit == "0123456789abcdef0123456789abcdef01234567"
    assert first.hyperparameters == {"max_depth": "2"}
    assert first.metrics["drift"] is None
    assert first.metrics["accuracy"] > 0.9
    (dataset,) = first.datasets
    assert (dataset["name"], dataset["context"], dataset["columns"]) == ("breast-cancer", "training", 31)
    assert dataset["digest"]
    assert Component.objects.get(key="model:default/bare").versions.count() == 0
