"""What whoever judges looks at, of each report, is worked out once: when it comes in; and here, for what has come in."""

from django.db import migrations, models

# What evidence says stays as it is: only the new columns are filled in, while the guard is down.
FILL = """
ALTER TABLE evidence_report DISABLE TRIGGER evidence_report_no_change;
ALTER TABLE evidence_result DISABLE TRIGGER evidence_result_no_change;
UPDATE evidence_result SET looked_at = true FROM (
    SELECT id, row_number() OVER (
        PARTITION BY report_id, category ORDER BY outcome = 'passed', position
    ) AS place FROM evidence_result
) AS placed
WHERE placed.id = evidence_result.id AND (evidence_result.outcome <> 'passed' OR placed.place <= 300);
UPDATE evidence_report SET passed = counted.passed FROM (
    SELECT report_id, jsonb_object_agg(category, many) AS passed FROM (
        SELECT report_id, category, count(*) AS many FROM evidence_result
        WHERE outcome = 'passed' GROUP BY report_id, category
    ) AS each GROUP BY report_id
) AS counted
WHERE counted.report_id = evidence_report.id;
ALTER TABLE evidence_report ENABLE ALWAYS TRIGGER evidence_report_no_change;
ALTER TABLE evidence_result ENABLE ALWAYS TRIGGER evidence_result_no_change;
"""


class Migration(migrations.Migration):
    dependencies = [("evidence", "0005_comparisons_stand")]

    operations = [
        migrations.AddField(model_name="report", name="passed", field=models.JSONField(default=dict)),
        migrations.AddField(model_name="result", name="looked_at", field=models.BooleanField(default=False)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="result",
            index=models.Index(
                condition=models.Q(("looked_at", True)),
                fields=["report", "category"],
                name="results_looked_at",
            ),
        ),
    ]
