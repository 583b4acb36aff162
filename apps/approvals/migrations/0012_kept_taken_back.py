"""An earlier signature that was kept can be taken back, as any other; what was said of it stands."""

from django.db import migrations, models

SAID = "requirement_id, signature_id, counts, because, attestation, attestation_digest"
GUARD = """
DROP TRIGGER approvals_earlier_no_change ON approvals_earliersignature;
CREATE TRIGGER approvals_earlier_no_change BEFORE DELETE OR UPDATE {} ON approvals_earliersignature
    FOR EACH ROW EXECUTE FUNCTION approvals_signature_refuse();
ALTER TABLE approvals_earliersignature ENABLE ALWAYS TRIGGER approvals_earlier_no_change;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0011_time'),
    ]

    operations = [
        migrations.AddField(
            model_name='earliersignature',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, help_text='When the signer took it back for this revision; empty while it stands.', null=True),
        ),
        migrations.RunSQL(GUARD.format(f"OF {SAID}"), GUARD.format("")),
    ]
