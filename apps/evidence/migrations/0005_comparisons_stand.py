"""People decide on what a comparison says: the database refuses to change one or to take it out."""

from django.db import migrations

GUARD = """
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION evidence_refuse();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change;
"""
TABLES = ("evidence_contractcomparison", "evidence_contractdifference")


class Migration(migrations.Migration):
    dependencies = [("evidence", "0004_contract_comparisons")]

    operations = [
        migrations.RunSQL(GUARD.format(table=table), f"DROP TRIGGER {table}_no_change ON {table}")
        for table in TABLES
    ]
