"""How a page is looked at: its address, who opens it, and what its form is sent with."""

from collections.abc import Mapping
from dataclasses import dataclass

AMARA, NOOR, JONAS = "amara.okafor", "noor.rahimi", "jonas.weber"
TOMASZ, PRIYA, HENRIK = "tomasz.wojcik", "priya.raghunathan", "henrik.lindqvist"
LEILA, FEMI, MARGUERITE = "leila.haddad", "femi.balogun", "marguerite.dubois"
YUKI = "yuki.tanabe"
NEW, NOBODY = "new.here", ""


@dataclass(frozen=True)
class Look:
    """An address as ``who`` opens it. With ``send``, its form is emptied, filled with that, and sent."""

    path: str
    who: str = LEILA
    status: int = 200
    send: Mapping[str, str] | None = None
    form: str = "#main form[method=post]"
    # Where it leads, for what is an address and not a page of its own.
    leads_to: str = ""


def empty(path: str, who: str = LEILA, status: int = 422, **filled: str) -> Look:
    """Return a look at what a form says when hardly anything is filled in."""
    return Look(path, who, status, filled)


def steps(ref: str, who: str) -> list[Look]:
    """Return each step of the wizard."""
    return [
        Look(f"/changes/{ref}/edit/{step}/", who)
        for step in ("what", "why", "impact", "when", "how-back", "check")
    ]


Area = dict[str, list[Look]]
