"""Run a program as somebody who is not root, without opening any folder to anybody.

PostgreSQL refuses to run as root. There are two ways round that here, and neither changes a mode or an
owner outside PORTAL_HOME:

* a **user namespace**, in which root carries another number. Files stay root's own, with every right to them.
* an **unused user number** with the single capability to pass file permissions, so that the program
  reaches its files inside a closed home. It serves where namespaces are forbidden, as in many containers.
"""

import ctypes
import os
import pwd
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522
UNUSED_NUMBERS = range(61001, 61184)


class NoIdentity(Exception):
    """Neither way works on this host. The message says what to do."""


@dataclass(frozen=True)
class Identity:
    """Who a program runs as.

    ``owner`` is the user number, seen from outside, that must own the program's files; ``become`` turns a
    forked child into that user. PostgreSQL's ``initdb`` insists on a user with an account: on ``named``.
    """

    owner: int
    become: Callable[[], None] | None
    named: "Identity | None" = None


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def enter_namespace() -> None:
    """Move this process into a user namespace in which it is an ordinary user. Runs between fork and exec."""
    user, group = os.geteuid(), os.getegid()
    inside = ordinary_account()
    _checked(_libc.unshare(CLONE_NEWUSER))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/gid_map").write_text(f"{inside} {group} 1")
    Path("/proc/self/uid_map").write_text(f"{inside} {user} 1")


def become_number(number: int) -> None:
    """Become the user ``number``, who may pass file permissions. Runs between fork and exec."""
    # Without this bit access(2) would leave the capability aside, and initdb asks access(2) first.
    _checked(_libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
    os.setgroups([])
    os.setresgid(number, number, number)
    os.setresuid(number, number, number)
    bit = 1 << CAP_DAC_OVERRIDE
    data = (_Data * 2)(_Data(bit, bit, bit), _Data(0, 0, 0))
    _checked(_libc.capset(ctypes.byref(_Header(CAPABILITY_VERSION_3, 0)), data))
    _checked(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0))


@cache
def ordinary_account() -> int:
    """Return the number of some account that is not root's."""
    return max(entry.pw_uid for entry in pwd.getpwall())


@cache
def unused_number() -> int:
    """Return a user number that no account has."""
    for number in UNUSED_NUMBERS:
        if not _has_account(number):
            return number
    raise NoIdentity("No unused user number is left between 61001 and 61183.")


def _works(become: Callable[[], None], program: Path) -> bool:
    """Tell whether ``program --version`` runs as that identity."""
    try:
        done = subprocess.run([program, "--version"], preexec_fn=become, capture_output=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _has_account(number: int) -> bool:
    try:
        pwd.getpwuid(number)
    except KeyError:
        return False
    return True


@cache
def not_root(program: Path) -> Identity:
    """Return the identity under which ``program`` runs here: our own, unless we are root or have no account.

    Raises:
        NoIdentity: this host forbids every way of being somebody else.
    """
    user = os.geteuid()
    if user != 0 and _has_account(user):
        return Identity(user, None)
    if _works(enter_namespace, program):
        return Identity(user, enter_namespace)
    if user == 0 and _works(partial(become_number, unused_number()), program):
        account = ordinary_account()
        named = Identity(account, partial(become_number, account))
        return Identity(unused_number(), partial(become_number, unused_number()), named)
    raise NoIdentity(
        "PostgreSQL runs neither as root nor as a user without an account, and this host allows neither user "
        "namespaces nor CAP_DAC_OVERRIDE. Run the portal as an ordinary user, or set DATABASE_URL."
    )
