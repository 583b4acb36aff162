"""Triggers on every table of the ledger, for each change that must never happen to it, and a fixed search path."""

from django.db import migrations

# A tile grows by whole hashes at its end, up to 256 of 32 bytes. The sealer may also write what is there already.
GROW = """
CREATE FUNCTION audit_tile_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.level, NEW.index) IS DISTINCT FROM (OLD.id, OLD.level, OLD.index)
       OR substring(NEW.data FOR length(OLD.data)) <> OLD.data
       OR length(NEW.data) % 32 <> 0 OR length(NEW.data) > 256 * 32
    THEN
        RAISE EXCEPTION 'The ledger is append-only: a tile may only grow.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_tile_grow BEFORE UPDATE ON audit_tile FOR EACH ROW EXECUTE FUNCTION audit_tile_grow();
ALTER TABLE audit_tile ENABLE ALWAYS TRIGGER audit_tile_grow;
"""
UNGROW = "DROP TRIGGER audit_tile_grow ON audit_tile; DROP FUNCTION audit_tile_grow();"

GUARD = """
CREATE TRIGGER {table}_no_change BEFORE {verbs} ON {table}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate;
"""
UNGUARD = """
DROP TRIGGER {table}_no_change ON {table};
DROP TRIGGER {table}_no_truncate ON {table};
"""
REFUSED = {
    "audit_checkpoint": "UPDATE OR DELETE",
    "audit_tile": "DELETE",
    "audit_pending": "UPDATE",
    "audit_text": "UPDATE",
}

# Without it, somebody who may make a function or a temporary table could have the append call theirs.
FIX_PATH = """
DO $$ DECLARE v_function regprocedure; BEGIN
    FOR v_function IN
        SELECT oid FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
           AND proname IN ('audit_append', 'audit_refuse', 'audit_refuse_entry', 'audit_retire', 'audit_tile_grow')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, %I, pg_temp', v_function, current_schema());
    END LOOP;
END $$;
"""
FREE_PATH = """
ALTER FUNCTION audit_append RESET search_path;
ALTER FUNCTION audit_refuse RESET search_path;
ALTER FUNCTION audit_refuse_entry RESET search_path;
"""
# It runs with the rights of the tables' owner: only the keeper may call it (apps.audit.services.protection).
CLOSE = "REVOKE EXECUTE ON FUNCTION audit_retire(bigint) FROM PUBLIC"
OPEN = "GRANT EXECUTE ON FUNCTION audit_retire(bigint) TO PUBLIC"


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_tombstones")]

    operations = [
        *(
            migrations.RunSQL(GUARD.format(table=table, verbs=verbs), UNGUARD.format(table=table))
            for table, verbs in REFUSED.items()
        ),
        migrations.RunSQL(GROW, UNGROW),
        migrations.RunSQL(FIX_PATH, FREE_PATH),
        migrations.RunSQL(CLOSE, OPEN),
    ]
