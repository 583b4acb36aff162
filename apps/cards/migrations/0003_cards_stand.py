"""What is archived is frozen, and an edition is what people signed: the database refuses to change either."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION cards_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% never changes: % is refused.', TG_ARGV[0], TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION cards_refuse_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM cards_modelcard WHERE id = NEW.card_id AND state = 'archived') THEN
        RAISE EXCEPTION 'An archived card never changes: % is refused.', TG_OP
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
"""

# ENABLE ALWAYS: a plain trigger is bypassed by session_replication_role = replica.
GUARD = """
CREATE TRIGGER cards_archived_no_change BEFORE UPDATE OR DELETE ON cards_modelcard
    FOR EACH ROW WHEN (OLD.state = 'archived') EXECUTE FUNCTION cards_refuse('An archived card');
ALTER TABLE cards_modelcard ENABLE ALWAYS TRIGGER cards_archived_no_change;
CREATE TRIGGER cards_edition_no_change BEFORE UPDATE OR DELETE ON cards_cardedition
    FOR EACH ROW EXECUTE FUNCTION cards_refuse('An edition of a card');
ALTER TABLE cards_cardedition ENABLE ALWAYS TRIGGER cards_edition_no_change;
CREATE TRIGGER cards_archived_no_edition BEFORE INSERT ON cards_cardedition
    FOR EACH ROW EXECUTE FUNCTION cards_refuse_archived();
ALTER TABLE cards_cardedition ENABLE ALWAYS TRIGGER cards_archived_no_edition;
"""

UNGUARD = """
DROP TRIGGER cards_archived_no_change ON cards_modelcard;
DROP TRIGGER cards_edition_no_change ON cards_cardedition;
DROP TRIGGER cards_archived_no_edition ON cards_cardedition;
"""


class Migration(migrations.Migration):
    dependencies = [("cards", "0002_fields")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION cards_refuse_archived(); DROP FUNCTION cards_refuse()"),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
