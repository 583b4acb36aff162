"""Django's ``migrate``, as the owner of the tables, and then the grants of everybody else."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate

from apps.audit.services import protection

UNPROTECTED = (
    "The portal's database login owns the ledger's tables, so it could change them. "
    "docs/operators.md tells how to give it a login that cannot."
)


class Command(migrate.Command):
    help = "Update the database's schema as the owner of its tables, and give the portal's login its rights anew."

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check_unapplied"] or options["plan"]:
            super().handle(*args, **options)
            return
        try:
            protected = protection.roles_are_set()
        except protection.RolesUnclear as unclear:
            raise CommandError(str(unclear)) from unclear
        with protection.owner_connection():
            super().handle(*args, **options)
            if protected:
                protection.grant_privileges()
        if not protected:
            self.stderr.write(self.style.WARNING(UNPROTECTED))
