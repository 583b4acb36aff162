"""Write an export of the ledger to a file."""

from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core.actors import system
from apps.core.errors import PortalError
from apps.exports.enums import ExportFormat, ExportSubject, Withheld
from apps.exports.rules.orders import Order, Scope
from apps.exports.services import export_to_file
from apps.exports.services.writers import WRITERS


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2026-11-30.") from error


def _order(options: dict[str, Any]) -> Order:
    return Order(
        Scope(
            start=options["start"],
            end=options["end"],
            component=options["component"],
            change=options["change"],
            person=options["person"],
            events=tuple(options["event"]),
        ),
        format=ExportFormat(options["format"]),
        withheld=tuple(options["without"]),
    )


class Command(BaseCommand):
    help = (
        "Seal the ledger, then write an export of the days from --from to --to, both included, in UTC: "
        "from 00:00 of the first day up to, not including, 00:00 of the day after the last."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="start", type=_day, required=True, metavar="DAY")
        parser.add_argument("--to", dest="end", type=_day, required=True, metavar="DAY")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE")

        forms = [str(form) for subject, form in WRITERS if subject == ExportSubject.ENTRIES]
        parser.add_argument(
            "--format", choices=forms, default=str(ExportFormat.BUNDLE), help="bundle, if not given"
        )
        parser.add_argument(
            "--component", default="", metavar="KEY", help="only what is about this component"
        )
        parser.add_argument("--change", default="", metavar="CHG-1042", help="only what is about this change")
        parser.add_argument("--person", default="", metavar="USERNAME", help="only what this person did")
        parser.add_argument(
            "--event",
            action="append",
            default=[],
            help="only this; change. is all that begin so",
        )
        parser.add_argument(
            "--without",
            action="append",
            default=[],
            choices=Withheld.values,
            help="leave these out; the proof stands",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"]
        try:
            count = export_to_file(
                actor=system("export_audit"),
                order=_order(options),
                out=out.resolve(),
            )
        except PortalError as error:
            raise CommandError(f"{error.reason} {error.remedy}".strip()) from error
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror or error}.") from error
        self.stdout.write(f"{out}: {count} entries.")
