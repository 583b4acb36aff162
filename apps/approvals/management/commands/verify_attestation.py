"""Check the attestation of a signature by the ledger's public key."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.enums import Role
from apps.approvals.rules.attested import Attested
from apps.approvals.selectors import verified

PROVES = (
    "The key signed these bytes, so this portal asserted the decision. It does not prove by itself that the person "
    "was there: that rests on how the portal asked who they were."
)


class Command(BaseCommand):
    """``manage.py verify_attestation FILE [--key FILE]``; ends with 1 when it does not hold."""

    help = "Check an attestation (DSSE, in-toto). Without --key, by the keys that this host keeps."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--key", type=Path, help="A public key as /api/v1/ledger/key gives it: the one you trust."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        key = _read(options["key"]).decode(errors="replace") if options["key"] else None
        found = verified(_read(options["file"]), key)
        if found.said is None:
            raise CommandError(f"It does not verify. {found.problem}")
        signer = f"Key        {found.key_id}{', which was revoked since' if found.revoked else ''}"
        self.stdout.write("\n".join(["It verifies.", *_lines(found.said), signer, PROVES]))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error


def _lines(said: Attested) -> list[str]:
    role = Role(said.role).label if said.role in Role.values else said.role
    return [
        f"Subject    {said.subject}",
        f"Digest     sha256:{said.digest}",
        f"Decision   {said.decision}{f', as {role}' if role else ''}",
        f"Meaning    {said.meaning}",
        f"Signer     {said.signer}{f' for {said.on_behalf_of}' if said.on_behalf_of else ''}",
        f"Signed     {said.signed_at}, by {said.method}",
        *(f"Checked    {each}" for each in said.checked),
    ]
