"""The import of an MLflow registry from beginning to end."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from apps.accounts.models import Team, User
from apps.audit.services import record_event
from apps.catalog.enums import ComponentKind
from apps.catalog.models import Component, ComponentVersion
from apps.catalog.rules.registry import (
    Answer,
    ModelDraft,
    VersionDraft,
    aliases_by_version,
    model_draft,
    text_of,
    version_draft,
)
from apps.catalog.rules.report import ImportReport
from apps.catalog.services.graph_stamp import bump_graph
from apps.catalog.services.mlflow.clients import Registry, RegistryUnreachable
from apps.core import clock
from apps.core.actors import Actor


@dataclass
class _Model:
    draft: ModelDraft
    aliases: dict[str, list[str]]
    versions: dict[str, VersionDraft] = field(default_factory=dict)


def import_mlflow(*, actor: Actor, client: Registry) -> ImportReport:
    """Bring the catalog's models and their versions in line with a registry. A second run changes nothing.

    A model that a catalog file describes keeps what the file says and gains its versions. What this registry
    named before and names no more is retired. A registry that does not answer changes nothing: the report says so.
    """
    report = ImportReport()
    try:
        models = _read_registry(client, report)
    except RegistryUnreachable as error:
        report.error(error.reason, file=client.root)
        return report
    finally:
        client.close()
    report.read = 1
    with transaction.atomic():
        _Writer(client.root, actor, report).write(models)
    return report


def _read_registry(client: Registry, report: ImportReport) -> dict[str, _Model]:
    """Return the registry's models by key. Everything is asked before anything is written."""
    models: dict[str, _Model] = {}
    names: dict[str, _Model] = {}
    for answer in client.models():
        draft = model_draft(answer)
        shown = text_of(answer.get("name"), 300)
        if draft is None:
            report.error("Its name holds no letter or digit to call it by.", file=client.root, entity=shown)
        elif draft.key in models:
            other = models[draft.key].draft.registry_name
            report.error(
                f"It would be {draft.key}, which {other} already is.", file=client.root, entity=shown
            )
        else:
            models[draft.key] = names[draft.registry_name] = _Model(draft, aliases_by_version(answer))
    runs: dict[str, Answer | None] = {}
    for answer in client.versions():
        model = names.get(text_of(answer.get("name"), 300))
        if model is not None:
            version = _read_version(client, model, answer, runs, report)
            model.versions[version.version] = version
    return models


def _read_version(
    client: Registry, model: _Model, answer: Answer, runs: dict[str, Answer | None], report: ImportReport
) -> VersionDraft:
    number, run_id = text_of(answer.get("version"), 80), text_of(answer.get("run_id"), 300)
    if run_id and run_id not in runs:
        runs[run_id] = client.run(run_id)
    if run_id and runs[run_id] is None:
        entity = f"{model.draft.registry_name} {number}"
        report.warning(f"Its run {run_id} is gone, so it has no lineage.", file=client.root, entity=entity)
    return version_draft(answer, model.aliases.get(number, []), runs.get(run_id))


class _Writer:
    def __init__(self, root: str, actor: Actor, report: ImportReport) -> None:
        self.origin = {"source": "mlflow", "source_root": root}
        self.actor = actor
        self.report = report

    def write(self, models: dict[str, _Model]) -> None:
        held = {component.key: component for component in Component.objects.filter(key__in=models)}
        slugs = {model.draft.team for model in models.values()}
        teams = dict(Team.objects.filter(slug__in=slugs).values_list("slug", "pk"))
        before = (self.report.created, self.report.updated)
        for key, model in models.items():
            held[key] = self._model(model.draft, held.get(key), teams)
        retired = self._retire_models(models)
        if retired or before != (self.report.created, self.report.updated):
            bump_graph()
        self._versions(models, held)

    def _model(self, draft: ModelDraft, held: Component | None, teams: dict[str, int]) -> Component:
        if held is not None and held.source == "backstage" and held.retired_at is None:
            self.report.count("unchanged")
            return held
        values = {
            **self.origin, "kind": ComponentKind.MODEL, "name": draft.name, "description": draft.description,
            "title": "" if draft.name == draft.registry_name else draft.registry_name[:200],
            "tier": draft.tier, "data_class": draft.data_class, "tags": draft.tags,
            "source_ref": draft.registry_name, "source_digest": draft.digest(), "retired_at": None,
        }  # fmt: skip
        if draft.team in teams:
            values["owner_team_id"] = teams[draft.team]
        if held is None:
            component = Component.objects.create(key=draft.key, **values)
            self._record("component.registered", component, {"kind": component.kind, "tier": component.tier})
            self.report.count("created")
            return component
        changed = _changed(held, values)
        if changed:
            back = held.retired_at is not None
            _write(held, values, changed)
            self._record(f"component.{'restored' if back else 'updated'}", held, {"fields": sorted(changed)})
        self.report.count("updated" if changed else "unchanged")
        return held

    def _versions(self, models: dict[str, _Model], components: dict[str, Component]) -> None:
        ids = [component.pk for component in components.values()]
        held = {
            (row.component_id, row.version): row
            for row in ComponentVersion.objects.filter(component_id__in=ids)
        }
        names = {version.author for model in models.values() for version in model.versions.values()}
        people = dict(User.objects.filter(username__in=names - {""}).values_list("username", "pk"))
        seen: set[int] = set()
        for key, model in models.items():
            component = components[key]
            for draft in model.versions.values():
                row = self._version(component, draft, held.get((component.pk, draft.version)), people)
                seen.add(row.pk)
                self.report.version_ids.append(row.pk)
        gone = ComponentVersion.objects.filter(**self.origin, retired_at=None).exclude(pk__in=seen)
        self._retire_versions(gone.select_related("component"))

    def _version(
        self, component: Component, draft: VersionDraft, held: ComponentVersion | None, people: dict[str, int]
    ) -> ComponentVersion:
        values = {
            **self.origin, "released_at": draft.released_at, "description": draft.description,
            "aliases": draft.aliases, "author_id": people.get(draft.author), "code_commit": draft.code_commit,
            "datasets": draft.datasets, "hyperparameters": draft.hyperparameters, "metrics": draft.metrics,
            "source_ref": draft.run_id, "source_digest": draft.digest(), "retired_at": None,
        }  # fmt: skip
        facts = {"version": draft.version, "digest": draft.digest(), "run": draft.run_id}
        if held is None:
            row = ComponentVersion.objects.create(component=component, version=draft.version, **values)
            self._record("component.version_added", component, facts)
            self.report.count("created")
            return row
        changed = _changed(held, values)
        if changed:
            _write(held, values, changed)
            self._record("component.version_updated", component, facts | {"fields": sorted(changed)})
        self.report.count("updated" if changed else "unchanged")
        return held

    def _retire_models(self, models: Iterable[str]) -> bool:
        gone = list(Component.objects.filter(**self.origin, retired_at=None).exclude(key__in=models))
        for component in gone:
            component.retired_at = clock.now()
            component.save(update_fields=["retired_at", "updated_at"])
            self._record("component.retired", component, {})
            self.report.count("retired")
        return bool(gone)

    def _retire_versions(self, gone: Iterable[ComponentVersion]) -> None:
        for version in gone:
            version.retired_at = clock.now()
            version.save(update_fields=["retired_at", "updated_at"])
            self._record("component.version_retired", version.component, {"version": version.version})
            self.report.count("retired")

    def _record(self, event: str, component: Component, data: dict[str, Any]) -> None:
        record_event(event=event, actor=self.actor, obj=component, data={**data, "source": "mlflow"})


def _changed(record: Component | ComponentVersion, values: dict[str, Any]) -> list[str]:
    return [name for name, value in values.items() if getattr(record, name) != value]


def _write(record: Component | ComponentVersion, values: dict[str, Any], changed: list[str]) -> None:
    for name in changed:
        setattr(record, name, values[name])
    record.save()
