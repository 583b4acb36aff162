"""Give a person a role, as an operator."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.enums import Role
from apps.accounts.selectors import active_person, team_named
from apps.accounts.services import grant_role
from apps.core.actors import system
from apps.core.errors import PortalError


class Command(BaseCommand):
    """``manage.py grant_role USERNAME ROLE [--team SLUG | --component KEY] [--from DAY] [--to DAY]``."""

    help = "Give a person a role over everything, a team's components, or one component."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=Role.values)
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--team", default="", help="A team's slug.")
        where.add_argument("--component", default="", help="A component's key: model:default/credit-risk.")
        parser.add_argument("--from", dest="start", type=_day, help="First day, as 2026-11-19 (UTC).")
        parser.add_argument("--to", dest="end", type=_day, help="The day on which it no longer holds.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = active_person(options["username"])
        if user is None:
            raise CommandError(f"There is no active person with the username {options['username']}.")
        team = team_named(options["team"]) if options["team"] else None
        if options["team"] and team is None:
            raise CommandError(f"There is no team called {options['team']}.")
        try:
            grant = grant_role(
                actor=system("grant_role"),
                user=user,
                role=options["role"],
                team=team,
                component_key=options["component"],
                valid_from=options["start"],
                valid_to=options["end"],
            )
        except PortalError as error:
            raise CommandError(error.reason) from error
        self.stdout.write(f"{user} is {grant.get_role_display()} for {_where(options)}.")


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


def _where(options: dict[str, Any]) -> str:
    return options["component"] or options["team"] or "everything"
