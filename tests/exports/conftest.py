"""A small ledger and its bundle."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from apps.accounts.models import User
from apps.audit.selectors import latest_checkpoint
from apps.audit.services import record_event, seal_pending
from apps.core import actors, clock
from apps.exports.rules.orders import Order, Scope
from apps.exports.services.bundle import write_bundle
from apps.exports.verifier import verify

DAYS = [datetime(2026, 3, day, 12, tzinfo=UTC) for day in range(1, 6)]


@dataclass(frozen=True)
class Packed:
    """A bundle, the key it verifies with, and a way to check what became of it."""

    path: Path
    key: Path

    def members(self) -> dict[str, bytes]:
        with zipfile.ZipFile(self.path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def repacked(self, members: dict[str, bytes]) -> Path:
        """Write a zip of these members as any zip program would."""
        path = self.path.with_name("repacked.zip")
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return path


@pytest.fixture
def small_ledger(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> User:
    return write_small_ledger(monkeypatch)


def write_small_ledger(monkeypatch: pytest.MonkeyPatch) -> User:
    """Three entries on each of five days, from 1 to 5 March, about three records, some with texts."""
    person = User.objects.create(username="zoe", first_name="Zoë", last_name="=Quine")
    for day in DAYS:
        monkeypatch.setattr(clock, "now", lambda at=day: at)
        with transaction.atomic():
            for number in range(3):
                record_event(
                    event="change.noted",
                    actor=actors.person(person) if number else actors.system("beat"),
                    obj=("change", f"CHG-{number}"),
                    data={"day": day.day},
                    private={"comment": f"=1+{number}\nsaid “so”"} if number == 1 else {},
                )
    seal_pending()
    return person


@pytest.fixture
def pack(small_ledger: User, ledger_home: Path, tmp_path: Path) -> Callable[..., Packed]:
    return packer(ledger_home, tmp_path)


def packer(home: Path, folder: Path) -> Callable[..., Packed]:
    """Return what writes the bundle of some days of March into a folder, filtered and redacted as asked."""
    numbers = count()

    def packed(first: int, last: int, *, withheld: tuple[str, ...] = (), **filters: Any) -> Packed:
        out = folder / f"bundle-{next(numbers)}.zip"
        days = (DAYS[0].date().replace(day=first), DAYS[0].date().replace(day=last))
        order = Order(Scope(*days, **filters), withheld=withheld)
        checkpoint = latest_checkpoint()
        assert checkpoint is not None
        write_bundle(out=out, order=order, checkpoint=checkpoint, progress=lambda done, total: None)
        return Packed(out, home / "ledger.pub")

    return packed


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run the verifier as the command does, and return its exit status and what it said."""

    def answer(path: Path, key: Path, *more: str) -> tuple[int, str]:
        status = verify.main([str(path), "--key", str(key), *more])
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return answer


@pytest.fixture
def quick_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge each signature once: the answer depends on nothing but what is given."""
    monkeypatch.setattr(verify, "signature_holds", cache(verify.signature_holds))
