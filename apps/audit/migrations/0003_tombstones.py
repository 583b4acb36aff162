"""The one narrow way for an entry's content to go: where a signed statement names its tombstone."""

import django.db.models.deletion
from django.db import migrations, models

# An entry may change in one way only: its bytes, event and actor go, everything else stays, and a tombstone stands
# for exactly this leaf, which the signed statement lists by SHA-256. PostgreSQL knows no Ed25519, so the
# signature itself is checked by verify.py, and by whoever reads the note.
GUARD = """
CREATE FUNCTION audit_refuse_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.entry = ''::bytea AND NEW.event = 'entry.retired' AND NEW.actor_key = ''
       AND to_jsonb(NEW) - ARRAY['entry', 'event', 'actor_key'] = to_jsonb(OLD) - ARRAY['entry', 'event', 'actor_key']
       AND EXISTS (
           SELECT FROM audit_tombstone t
             JOIN audit_retirement r ON r.id = t.retirement_id
             JOIN audit_leaf l ON l.event_id = t.event_id
            WHERE t.event_id = OLD.id
              AND position(convert_to(format('"index":%s,"leaf_hash":"%s",', l.index, encode(OLD.leaf_hash, 'hex')),
                                      'UTF8') in t.line) > 0
              AND position(convert_to(format('"%s"', encode(sha256(t.line), 'hex')), 'UTF8') in r.statement) > 0
              AND position(encode(sha256(r.statement), 'hex') in r.note) > 0
       )
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The ledger is append-only: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER audit_event_no_change ON audit_event;
CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_entry();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_no_change;
"""

UNGUARD = """
DROP TRIGGER audit_event_no_change ON audit_event;
CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_no_change;
DROP FUNCTION audit_refuse_entry();
"""

# It runs as the owner of the tables, so that whoever calls it needs no right to change them.
RETIRE = """
CREATE FUNCTION audit_retire(p_retirement bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    DELETE FROM audit_text x USING audit_tombstone t
     WHERE t.retirement_id = p_retirement AND x.event_id = t.event_id;
    UPDATE audit_event e SET entry = ''::bytea, event = 'entry.retired', actor_key = ''
      FROM audit_tombstone t WHERE t.retirement_id = p_retirement AND e.id = t.event_id;
END $$;
"""

STAND = """
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate;
"""

FALL = """
DROP TRIGGER {table}_no_change ON {table};
DROP TRIGGER {table}_no_truncate ON {table};
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_protection")]

    operations = [
        migrations.CreateModel(
            name="AuditRetirement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("statement", models.BinaryField()),
                ("note", models.TextField()),
                ("created_at", models.DateTimeField()),
            ],
            options={"db_table": "audit_retirement"},
        ),
        migrations.CreateModel(
            name="AuditTombstone",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="tombstone",
                        serialize=False,
                        to="audit.auditevent",
                    ),
                ),
                (
                    "retirement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tombstones",
                        to="audit.auditretirement",
                    ),
                ),
                ("line", models.BinaryField()),
            ],
            options={"db_table": "audit_tombstone"},
        ),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunSQL(RETIRE, "DROP FUNCTION audit_retire(bigint)"),
        *(
            migrations.RunSQL(STAND.format(table=table), FALL.format(table=table))
            for table in ("audit_retirement", "audit_tombstone")
        ),
    ]
