"""``manage.py import_catalog PATH… [--json]``: bring the catalog in line with Backstage files."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.catalog.rules.report import Finding, ImportReport, Weight
from apps.catalog.services import import_backstage
from apps.core import actors


class Command(BaseCommand):
    help = "Import Backstage catalog files: files, or folders read recursively for .yaml and .yml."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="A catalog file, or a folder of them.")
        parser.add_argument(
            "--json", action="store_true", help="Print the report as one JSON object on the last line."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = import_backstage(actor=actors.system("import_catalog"), paths=options["paths"])
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            self._tell(report)
        if not report.read:
            sys.exit(1)

    def _tell(self, report: ImportReport) -> None:
        for finding in report.errors:
            self.stdout.write(_line(finding))
        if not report.read:
            self.stdout.write("Nothing could be read, so nothing changed.")
            return
        left_out = sum(finding.severity == Weight.ERROR for finding in report.errors)
        self.stdout.write(
            f"{report.read} files read. {report.created} created, {report.updated} updated, "
            f"{report.unchanged} unchanged, {report.retired} retired. "
            f"{left_out} not taken, {len(report.errors) - left_out} taken with a part left out."
        )


def _line(finding: Finding) -> str:
    place = f"{finding.file}, document {finding.document}" if finding.document else finding.file
    subject = f"{finding.entity}: " if finding.entity else ""
    return (
        f"{place}: {'Not taken' if finding.severity == Weight.ERROR else 'Note'}. {subject}{finding.reason}"
    )
