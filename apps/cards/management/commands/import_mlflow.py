"""``manage.py import_mlflow URL|FOLDER [--json]``: bring models, versions and cards in line with a registry."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.cards.services import FillReport, fill_from_registry
from apps.catalog.rules.report import ImportReport
from apps.catalog.services import RegistryUnreachable, import_mlflow, registry_at
from apps.core import actors


class Command(BaseCommand):
    help = (
        "Import an MLflow registry: its address, or a folder of answers that one gave. Fills the model cards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "registry", metavar="URL|FOLDER", help="http://host:5000, or a folder of JSON answers."
        )
        parser.add_argument(
            "--json", action="store_true", help="Print the report as one JSON object on the last line."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        actor = actors.system("import_mlflow")
        report = ImportReport()
        try:
            report = import_mlflow(actor=actor, client=registry_at(options["registry"]))
        except RegistryUnreachable as error:
            report.error(error.reason, file=options["registry"])
        cards = fill_from_registry(actor=actor, versions=report.version_ids)
        self._tell(report, cards, as_json=options["json"])
        if not report.read:
            sys.exit(1)

    def _tell(self, report: ImportReport, cards: FillReport, *, as_json: bool) -> None:
        for finding in report.errors:
            place = f"{finding.entity}: " if finding.entity else ""
            self.stderr.write(f"{place}{finding.reason}")
        if as_json:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        elif report.read:
            self.stdout.write(
                f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged, "
                f"{report.retired} retired. Cards: {cards.created} started, {cards.updated} filled in further, "
                f"{cards.unchanged} as they were."
            )
