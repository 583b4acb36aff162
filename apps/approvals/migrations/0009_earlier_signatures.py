"""What became of an earlier decision stands as it was said, as the signature itself does."""

import django.db.models.deletion
from django.db import migrations, models


REFUSE = """
CREATE TRIGGER approvals_earlier_no_change BEFORE DELETE OR UPDATE ON approvals_earliersignature
    FOR EACH ROW EXECUTE FUNCTION approvals_signature_refuse();
ALTER TABLE approvals_earliersignature ENABLE ALWAYS TRIGGER approvals_earlier_no_change;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0008_signing'),
    ]

    operations = [
        migrations.CreateModel(
            name='EarlierSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('counts', models.BooleanField()),
                ('because', models.CharField(max_length=500)),
                ('attestation', models.TextField(blank=True, default='')),
                ('attestation_digest', models.CharField(blank=True, db_index=True, default='', max_length=64)),
                ('requirement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='earlier', to='approvals.requirement')),
                ('signature', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='later', to='approvals.signature')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('requirement', 'signature'), name='earlier_once')],
            },
        ),
        migrations.RunSQL(REFUSE, "DROP TRIGGER approvals_earlier_no_change ON approvals_earliersignature"),
    ]
