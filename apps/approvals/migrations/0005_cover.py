"""Delegations, what a deputy signed, and what went to a team's contact. In whose place one signed never changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


GUARD = """
CREATE TRIGGER approvals_signature_same_place BEFORE UPDATE OF on_behalf_of_id
    ON approvals_signature FOR EACH ROW EXECUTE FUNCTION approvals_signature_refuse();
ALTER TABLE approvals_signature ENABLE ALWAYS TRIGGER approvals_signature_same_place;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_saved_views'),
        ('approvals', '0004_questions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('role', models.CharField(blank=True, choices=[('sponsor', 'Change Sponsor'), ('steward', 'Data Steward'), ('validator', 'Model Validator'), ('owner', 'Service Owner'), ('requester', 'Requester'), ('change_manager', 'Change Manager'), ('executive', 'Executive'), ('auditor', 'Auditor')], help_text='Blank: every role that the giver holds.', max_length=20)),
                ('scope', models.CharField(choices=[('everything', 'Everything'), ('team', "A team's components"), ('component', 'One component')], default='everything', max_length=12)),
                ('component_key', models.CharField(blank=True, max_length=200)),
                ('away', models.BooleanField(default=False, help_text='The giver is out of office for this time.')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['starts_at', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='requirement',
            name='handed_to',
            field=models.ForeignKey(blank=True, help_text="The team's contact, who may sign because nobody who holds the role is left.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='signature',
            name='on_behalf_of',
            field=models.ForeignKey(blank=True, help_text='In whose place the signer signed; empty when in their own right.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signatures_for', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(fields=('requirement', 'on_behalf_of'), name='signed_once_for'),
        ),
        migrations.AddField(
            model_name='delegation',
            name='delegate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_taken', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='delegation',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='delegation',
            name='giver',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_given', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='delegation',
            name='team',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team'),
        ),
        migrations.AddIndex(
            model_name='delegation',
            index=models.Index(condition=models.Q(('accepted_at__isnull', False), ('ended_at', None)), fields=['delegate', 'ends_at'], name='delegations_in_force'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('component_key', ''), ('scope', 'everything'), ('team', None)), models.Q(('component_key', ''), ('scope', 'team'), ('team__isnull', False)), models.Q(('scope', 'component'), ('team', None), models.Q(('component_key', ''), _negated=True)), _connector='OR'), name='delegation_scope_names_its_object'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='delegation_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('giver', models.F('delegate')), _negated=True), name='delegation_to_another'),
        ),
        migrations.RunSQL(GUARD, "DROP TRIGGER approvals_signature_same_place ON approvals_signature"),
    ]
