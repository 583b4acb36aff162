"""The approval policy: its versions, which asked what of whom, in which stage; and signatures taken back."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

REFUSE = """
CREATE FUNCTION approvals_policy_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A version of the policy never changes: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# ENABLE ALWAYS: a plain trigger is bypassed by session_replication_role = replica.
GUARD = """
CREATE TRIGGER approvals_policy_no_change BEFORE DELETE OR UPDATE OF number, document, digest, author_id
    ON approvals_policyversion FOR EACH ROW EXECUTE FUNCTION approvals_policy_refuse();
ALTER TABLE approvals_policyversion ENABLE ALWAYS TRIGGER approvals_policy_no_change;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0005_cover'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.PositiveIntegerField(unique=True)),
                ('document', models.JSONField()),
                ('digest', models.CharField(help_text="SHA-256 over the document's RFC 8785 JSON.", max_length=64)),
                ('reason', models.TextField(help_text="Why it is proposed, in the author's words.")),
                ('state', models.CharField(choices=[('proposed', 'Out for approval'), ('in_force', 'In force'), ('superseded', 'Superseded'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn')], default='proposed', max_length=10)),
                ('settled_at', models.DateTimeField(blank=True, help_text='When it was approved or given up.', null=True)),
                ('superseded_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-number'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='signature',
            name='signed_once',
        ),
        migrations.AddField(
            model_name='requirement',
            name='named',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, help_text='The only people who may sign; empty: any.', size=None),
        ),
        migrations.AddField(
            model_name='requirement',
            name='rule',
            field=models.CharField(blank=True, default='', help_text="The policy's rule that asked.", max_length=40),
        ),
        migrations.AddField(
            model_name='requirement',
            name='stage',
            field=models.PositiveSmallIntegerField(default=1, help_text='Asked once every requirement of lower stages is met.'),
        ),
        migrations.AddField(
            model_name='round',
            name='policy_digest',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='round',
            name='policy_version',
            field=models.PositiveIntegerField(blank=True, help_text='The approval policy that asked; empty where none did.', null=True),
        ),
        migrations.AddField(
            model_name='signature',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, help_text='When the signer took it back; empty while it stands.', null=True),
        ),
        migrations.AlterField(
            model_name='requirement',
            name='state',
            field=models.CharField(choices=[('waiting', 'Asked later'), ('open', 'Not signed yet'), ('met', 'Signed'), ('rejected', 'Rejected'), ('lapsed', 'No longer asked')], default='open', max_length=10),
        ),
        migrations.AlterField(
            model_name='signature',
            name='decision',
            field=models.CharField(choices=[('approve', 'Approve'), ('reject', 'Reject'), ('abstain', 'Abstain'), ('withdraw', 'Take back')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None), models.Q(('decision', 'withdraw'), _negated=True)), fields=('requirement', 'signer'), name='signed_once'),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='round',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='policy_version_of', to='approvals.round'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'in_force')), fields=('state',), name='one_policy_in_force'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('state',), name='one_policy_proposed'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 2)), name='policy_after_the_first'),
        ),
        migrations.RemoveConstraint(model_name="signature", name="signed_once_for"),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None), models.Q(("decision", "withdraw"), _negated=True)),
                fields=("requirement", "on_behalf_of"),
                name="signed_once_for",
            ),
        ),
        migrations.RunSQL(REFUSE, "DROP FUNCTION approvals_policy_refuse()"),
        migrations.RunSQL(GUARD, "DROP TRIGGER approvals_policy_no_change ON approvals_policyversion"),
    ]
