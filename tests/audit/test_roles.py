"""Who may do what to the ledger's tables, asked of the real server as each of the three roles."""

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from psycopg import errors

from apps.audit.models import AuditEvent, AuditLeaf, AuditPending, AuditText, AuditTile
from apps.audit.rules.privileges import LEDGER
from apps.audit.services import protection, record_event, seal_pending
from apps.audit.services.keeper import as_keeper
from apps.core import actors
from portal.embedded import postgres
from tests.dba import as_owner

ROWS = {
    "audit_event": (
        "INSERT INTO audit_event (object_type, object_id, object_seq, entry, leaf_hash, event, actor_key, at)"
        " VALUES ('x', 'y', 99, '', '', 'e', 'a', now())",
        "event = 'x'",
    ),
    "audit_text": (
        "INSERT INTO audit_text (event_id, name, salt, text) SELECT id, 'b', '', '' FROM audit_event LIMIT 1",
        "text = 'x'",
    ),
    "audit_pending": ("INSERT INTO audit_pending (event_id) VALUES (999999)", "event_id = 1"),
    "audit_leaf": ("INSERT INTO audit_leaf (index, event_id) VALUES (99, 999999)", "index = 7"),
    "audit_tile": ("INSERT INTO audit_tile (level, index, data) VALUES (7, 7, '')", "data = 'x'"),
    "audit_checkpoint": (
        "INSERT INTO audit_checkpoint (size, root, origin, note, key_id, created_at)"
        " VALUES (99, '', '', '', '', now())",
        "note = 'x'",
    ),
    "audit_anchor": (
        "INSERT INTO audit_anchor (checkpoint_id, kind, state, at, digest, reference, token, error)"
        " SELECT id, 'mail', 'failed', now(), '', '', '', '' FROM audit_checkpoint LIMIT 1",
        "error = 'x'",
    ),
    "audit_retirement": (
        "INSERT INTO audit_retirement (statement, note, created_at) VALUES ('', '', now())",
        "note = 'x'",
    ),
    "audit_tombstone": (
        "INSERT INTO audit_tombstone (event_id, retirement_id, line)"
        " SELECT e.id, r.id, '' FROM audit_event e, audit_retirement r"
        " WHERE NOT EXISTS (SELECT FROM audit_tombstone t WHERE t.event_id = e.id) LIMIT 1",
        "line = 'x'",
    ),
}
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
# One letter a verb, in that order: "+" works, "-" has no right, "!" has the right and the trigger refuses.
MATRIX = {
    "audit_event": {"runtime": "++---", "keeper": "+----", "owner": "++!!!"},
    "audit_text": {"runtime": "++---", "keeper": "+--+-", "owner": "++!+!"},
    "audit_pending": {"runtime": "++---", "keeper": "+--+-", "owner": "++!+!"},
    "audit_leaf": {"runtime": "+----", "keeper": "++---", "owner": "++!!!"},
    "audit_tile": {"runtime": "+----", "keeper": "++!--", "owner": "++!!!"},
    "audit_checkpoint": {"runtime": "+----", "keeper": "++---", "owner": "++!!!"},
    "audit_anchor": {"runtime": "+----", "keeper": "++---", "owner": "++!!!"},
    "audit_retirement": {"runtime": "+----", "keeper": "++---", "owner": "++!!!"},
    "audit_tombstone": {"runtime": "+----", "keeper": "++---", "owner": "++!!!"},
}


def a_ledger() -> None:
    """Put a row into every table of the ledger: what is not there cannot be refused."""
    with transaction.atomic():
        for number in range(3):
            record_event(
                event="a.b", actor=actors.system("tests"), obj=("thing", str(number)), private={"why": "text"}
            )
    seal_pending()
    with transaction.atomic():
        record_event(event="a.b", actor=actors.system("tests"), obj=("thing", "4"))
    with as_keeper(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_retirement (statement, note, created_at) VALUES ('', '', now())")
        cursor.execute(ROWS["audit_tombstone"][0])
        cursor.execute(ROWS["audit_anchor"][0])


def login(which: str) -> psycopg.Connection:
    """Return a connection of its own as the runtime login or the owner, on this test's database."""
    known = settings.OWNER_DATABASE if which == "owner" else settings.DATABASES["default"]
    return psycopg.connect(
        dbname=connection.settings_dict["NAME"],
        user=known["USER"],
        password=known["PASSWORD"],
        host=known["HOST"],
        port=known["PORT"],
    )


def outcome(which: str, statement: str) -> str:
    """Return what becomes of a statement, run as one of the roles and taken back."""
    with login(which) as connected:
        if which == "keeper":
            connected.execute(f"SET LOCAL ROLE {settings.LEDGER_ROLE}")
        try:
            connected.execute(statement)
        except errors.InsufficientPrivilege as refused:
            return "!" if "append-only" in str(refused) else "-"
        finally:
            connected.rollback()
    return "+"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("which", ["runtime", "keeper", "owner"])
@pytest.mark.parametrize("table", MATRIX)
def test_each_role_may_do_to_each_ledger_table_what_is_written_here_and_no_more(table, which) -> None:
    a_ledger()
    insert, change = ROWS[table]
    statements = {
        "SELECT": f"SELECT * FROM {table}",
        "INSERT": insert,
        "UPDATE": f"UPDATE {table} SET {change}",
        "DELETE": f"DELETE FROM {table}",
        "TRUNCATE": f"TRUNCATE {table} CASCADE",
    }
    found = "".join(outcome(which, statements[verb]) for verb in VERBS)
    assert found == MATRIX[table][which]


def test_every_table_of_the_ledger_has_its_rights_written_down() -> None:
    tables = {model._meta.db_table for model in apps.get_app_config("audit").get_models()}
    assert tables == set(LEDGER) == set(MATRIX) == set(ROWS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_change",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_event_no_change ON audit_event",
        "DROP TABLE audit_text",
        "ALTER TABLE audit_event ADD x int",
        "CREATE TABLE mine (x int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TRIGGER mine BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
        "ALTER FUNCTION audit_append RESET search_path",
        "SELECT audit_retire(1)",
        "SELECT setval('audit_event_id_seq', 1)",
        "UPDATE django_migrations SET app = 'x'",
        "SET session_replication_role = replica",
        "ALTER TABLE audit_text OWNER TO portal_runtime",
        "CREATE ROLE mine",
    ],
)
@pytest.mark.parametrize("which", ["runtime", "keeper"])
def test_neither_login_nor_keeper_may_go_around_the_guards(which, statement) -> None:
    if which == "keeper" and statement.startswith("SELECT audit_retire"):
        statement = "SELECT nextval('audit_event_id_seq')"
    assert outcome(which, statement) == "-"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", MATRIX)
def test_triggers_hold_a_superuser_in_the_replication_role_too(table) -> None:
    a_ledger()
    with login("owner") as connected:
        found = connected.execute(
            "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
            [table],
        ).fetchall()
    wanted = {f"{table}_no_change", f"{table}_no_truncate"} | ({"audit_tile_grow"} & {f"{table}_grow"})
    assert dict(found) == dict.fromkeys(wanted, "A")
    statement = f"UPDATE {table} SET {ROWS[table][1]}"
    with postgres.connect(connection.settings_dict["NAME"], postgres.SUPERUSER) as superuser:
        superuser.execute("SET session_replication_role = replica")
        with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
            superuser.execute(statement)
        with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
            superuser.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.django_db
def test_tile_may_only_grow_by_whole_hashes_at_its_end() -> None:
    first, second = b"\1" * 32, b"\2" * 32
    with as_keeper():
        AuditTile.objects.create(level=3, index=0, data=first)
    for data in (first, first + second, first + second * 255):
        with as_keeper():
            assert AuditTile.objects.filter(level=3).update(data=data) == 1
    for data in (first, second + first, first + second * 256, first + second * 255 + b"x", b""):
        with pytest.raises(DatabaseError, match="may only grow"), as_keeper():
            AuditTile.objects.filter(level=3).update(data=data)
    with pytest.raises(DatabaseError, match="may only grow"), as_owner():
        AuditTile.objects.filter(level=3).update(level=4)


@pytest.mark.django_db(transaction=True)
def test_sealer_alone_takes_from_the_queue_and_gives_its_role_back() -> None:
    a_ledger()
    with pytest.raises(DatabaseError, match="permission denied"):
        AuditPending.objects.all().delete()
    seal_pending()
    assert not AuditPending.objects.exists()
    assert AuditLeaf.objects.count() == AuditEvent.objects.count() == 4
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, session_user")
        assert cursor.fetchone() == ("portal_runtime", "portal_runtime")


@pytest.mark.django_db
def test_keeper_erases_a_text_and_what_follows_in_the_transaction_is_the_portal_again() -> None:
    record_event(event="a.b", actor=actors.system("tests"), obj=("thing", "1"), private={"why": "text"})
    with as_keeper():
        AuditText.objects.all().delete()
    record_event(event="a.c", actor=actors.system("tests"), obj=("thing", "1"))
    with pytest.raises(ValueError), as_keeper():
        raise ValueError
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        AuditText.objects.all().delete()


@pytest.mark.django_db
def test_functions_of_the_ledger_look_nowhere_else() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, proconfig FROM pg_proc WHERE proname LIKE 'audit\\_%%' ORDER BY 1")
        found = dict(cursor.fetchall())
    names = ("audit_append", "audit_refuse", "audit_refuse_entry", "audit_retire", "audit_tile_grow")
    assert found == {name: ["search_path=pg_catalog, public, pg_temp"] for name in names}


@pytest.mark.django_db
def test_append_ignores_a_temporary_table_of_its_callers() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE audit_pending (event_id bigint)")
        cursor.execute("GRANT ALL ON audit_pending TO PUBLIC")
    record_event(event="a.b", actor=actors.system("tests"), obj=("thing", "1"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM pg_temp.audit_pending), (SELECT count(*) FROM public.audit_pending)"
        )
        assert cursor.fetchone() == (0, 1)


@pytest.mark.django_db
def test_migrate_opens_a_new_table_to_the_portal_and_closes_what_was_opened_by_hand() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE something_new (x int); GRANT DELETE ON audit_event TO portal_runtime")
        cursor.execute("CREATE SEQUENCE something_counted")
        protection.grant_privileges()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO something_new SELECT nextval('something_counted'); TABLE something_new")
        cursor.execute("UPDATE something_new SET x = 2; DELETE FROM something_new")
        cursor.execute("SELECT has_table_privilege('audit_event', 'DELETE')")
        assert cursor.fetchone() == (False,)
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("TRUNCATE something_new")


@pytest.mark.django_db(transaction=True)
def test_migrate_runs_as_the_owner_and_gives_the_connection_back() -> None:
    with protection.owner_connection() as owner, owner.cursor() as cursor:
        cursor.execute("GRANT DELETE ON audit_event TO portal_runtime")
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, has_table_privilege('audit_event', 'DELETE')")
        assert cursor.fetchone() == ("portal_runtime", False)


def test_migrate_with_half_of_the_roles_named_says_which_is_missing(settings) -> None:
    settings.OWNER_DATABASE = settings.DATABASES["default"]
    with pytest.raises(CommandError, match="OWNER_DATABASE_URL must name"):
        call_command("migrate", verbosity=0)
    settings.OWNER_DATABASE = settings.DATABASES["default"] | {"USER": "another"}
    settings.LEDGER_ROLE = ""
    with pytest.raises(CommandError, match="LEDGER_ROLE must name"):
        call_command("migrate", verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_one_login_for_everything_still_works_and_migrate_says_what_that_means(
    settings, capsys, monkeypatch
) -> None:
    with protection.owner_connection() as owner:
        settings.OWNER_DATABASE = owner.settings_dict
        monkeypatch.setitem(settings.DATABASES, "default", owner.settings_dict)
        settings.LEDGER_ROLE = ""
        call_command("migrate", verbosity=0)
        assert "could change them" in capsys.readouterr().err
        with transaction.atomic():
            record_event(
                event="a.b", actor=actors.system("tests"), obj=("thing", "1"), private={"why": "text"}
            )
        assert seal_pending().size == 1
        with as_keeper():
            AuditText.objects.all().delete()
