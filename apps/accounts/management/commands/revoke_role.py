"""Take a role back from a person, as an operator."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.enums import Role
from apps.accounts.selectors import person_named, standing_grants, team_named
from apps.accounts.services import revoke_role
from apps.core.actors import system


class Command(BaseCommand):
    """``manage.py revoke_role USERNAME ROLE [--team SLUG | --component KEY]``."""

    help = "Take a role back, now. Name the scope as it was given: everything, a team, or one component."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=Role.values)
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--team", default="", help="A team's slug.")
        where.add_argument("--component", default="", help="A component's key: model:default/credit-risk.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = person_named(options["username"])
        if user is None:
            raise CommandError(f"There is no person with the username {options['username']}.")
        team = team_named(options["team"]) if options["team"] else None
        if options["team"] and team is None:
            raise CommandError(f"There is no team called {options['team']}.")
        where = options["component"] or options["team"] or "everything"
        role = Role(options["role"])
        grants = standing_grants(user, role, team=team, component_key=options["component"])
        if not grants:
            raise CommandError(f"{user} is not {role.label} for {where}. Nothing was changed.")
        for grant in grants:
            revoke_role(actor=system("revoke_role"), grant=grant)
        self.stdout.write(f"{user} is no longer {role.label} for {where}.")
