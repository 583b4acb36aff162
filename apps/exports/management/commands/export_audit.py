"""Write a bundle of the ledger to a file."""

from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core.actors import system
from apps.core.errors import PortalError
from apps.exports.rules.orders import Order, Scope
from apps.exports.services import export_to_file


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2026-11-30.") from error


class Command(BaseCommand):
    help = (
        "Seal the ledger, then write a bundle of the days from --from to --to, both included, in UTC: "
        "from 00:00 of the first day up to, not including, 00:00 of the day after the last."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="start", type=_day, required=True, metavar="DAY")
        parser.add_argument("--to", dest="end", type=_day, required=True, metavar="DAY")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"]
        try:
            count = export_to_file(
                actor=system("export_audit"),
                order=Order(Scope(options["start"], options["end"])),
                out=out.resolve(),
            )
        except PortalError as error:
            raise CommandError(f"{error.reason} {error.remedy}".strip()) from error
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror or error}.") from error
        self.stdout.write(f"{out}: {count} entries.")
