"""The one way in, and no way to change what is in."""

from django.db import migrations

# The function takes the entry in two parts, because the sequence number between them is known only here, once
# the object's lock is held. READ COMMITTED gives each statement of a volatile function its own snapshot, so
# the maximum is read after the lock is granted. One call is one round trip, whatever it writes.
APPEND = """
CREATE FUNCTION audit_append(
    p_object_type text, p_object_id text, p_before bytea, p_after bytea,
    p_event text, p_actor_key text, p_at timestamptz,
    p_texts jsonb,
    OUT o_id bigint, OUT o_seq bigint
) LANGUAGE plpgsql AS $$
DECLARE
    v_entry bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(p_object_type || chr(10) || p_object_id, 0));
    SELECT coalesce(max(object_seq), 0) + 1 INTO o_seq
      FROM audit_event WHERE object_type = p_object_type AND object_id = p_object_id;
    v_entry := p_before || convert_to(o_seq::text, 'UTF8') || p_after;
    INSERT INTO audit_event (object_type, object_id, object_seq, entry, leaf_hash, event, actor_key, at)
    VALUES (p_object_type, p_object_id, o_seq, v_entry, sha256('\\x00'::bytea || v_entry),
            p_event, p_actor_key, p_at)
    RETURNING id INTO o_id;
    INSERT INTO audit_pending (event_id) VALUES (o_id);
    IF p_texts IS NOT NULL THEN
        INSERT INTO audit_text (event_id, name, salt, text)
        SELECT o_id, t.name, decode(t.salt, 'hex'), t.text
          FROM jsonb_to_recordset(p_texts) AS t(name text, salt text, text text);
    END IF;
END $$;
"""

# ENABLE ALWAYS: a plain trigger is bypassed by session_replication_role = replica.
REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is append-only: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""

GUARD = """
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
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


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(
            APPEND,
            "DROP FUNCTION audit_append",
        ),
        migrations.RunSQL(REFUSE, "DROP FUNCTION audit_refuse()"),
        *(
            migrations.RunSQL(GUARD.format(table=table), UNGUARD.format(table=table))
            for table in ("audit_event", "audit_leaf")
        ),
    ]
