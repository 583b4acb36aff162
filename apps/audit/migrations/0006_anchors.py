"""Where checkpoints were left outside the portal. The table only grows, by trigger."""

import django.db.models.deletion
from django.db import migrations, models


# ENABLE ALWAYS: a plain trigger is bypassed by session_replication_role = replica.
GUARD = """
CREATE TRIGGER audit_anchor_no_change BEFORE UPDATE OR DELETE ON audit_anchor
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_anchor_no_truncate BEFORE TRUNCATE ON audit_anchor
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
ALTER TABLE audit_anchor ENABLE ALWAYS TRIGGER audit_anchor_no_change;
ALTER TABLE audit_anchor ENABLE ALWAYS TRIGGER audit_anchor_no_truncate;
"""
UNGUARD = """
DROP TRIGGER audit_anchor_no_change ON audit_anchor;
DROP TRIGGER audit_anchor_no_truncate ON audit_anchor;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0005_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditAnchor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('mail', 'by e-mail'), ('folder', 'in a folder'), ('rfc3161', 'at a time-stamp authority')], max_length=10)),
                ('state', models.CharField(choices=[('done', 'Done'), ('failed', 'Failed')], max_length=10)),
                ('at', models.DateTimeField()),
                ('digest', models.BinaryField()),
                ('reference', models.CharField(default='', max_length=500)),
                ('token', models.BinaryField(default=b'')),
                ('error', models.TextField(default='')),
                ('checkpoint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='anchors', to='audit.checkpoint')),
            ],
            options={
                'db_table': 'audit_anchor',
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'done')), fields=('checkpoint', 'kind'), name='audit_anchor_once')],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
