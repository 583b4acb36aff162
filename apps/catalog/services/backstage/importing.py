"""The import of Backstage catalog files from beginning to end."""

from collections.abc import Sequence
from pathlib import Path

from django.db import transaction

from apps.catalog.rules.report import ImportReport
from apps.catalog.services.backstage.files import gather
from apps.catalog.services.backstage.people import write_people
from apps.catalog.services.backstage.planning import plan_import
from apps.catalog.services.backstage.ties import write_ties
from apps.catalog.services.backstage.writing import retire_missing, write_components, write_contracts
from apps.catalog.services.graph_stamp import bump_graph
from apps.core.actors import Actor


@transaction.atomic
def import_backstage(*, actor: Actor, paths: Sequence[Path | str]) -> ImportReport:
    """Bring the catalog in line with the files below these paths. A second run changes nothing.

    What is wrong with an entity, a document or a file is in the report, and the rest goes in. What the same
    paths named at an earlier import and name no more is retired. When nothing could be read, nothing changes.
    """
    report = ImportReport()
    gathered = gather([Path(path) for path in paths], report)
    if not gathered.read:
        return report
    plan = plan_import(gathered, report)
    write_people(plan, report, actor)
    components, outcomes = write_components(plan, actor)
    contracts = write_contracts(plan, components, actor)
    retied = write_ties(gathered, plan, actor)
    retired = retire_missing(gathered, plan, report, actor)
    for key in retied & set(outcomes):
        if outcomes[key] == "unchanged":
            outcomes[key] = "updated"
    for outcome in (*outcomes.values(), *contracts.values()):
        report.count(outcome)
    report.errors.sort(key=lambda finding: (finding.file, finding.document))
    if retired or retied or set(outcomes.values()) - {"unchanged"}:
        bump_graph()
    return report
