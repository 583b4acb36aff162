"""Sets of rules by version, and waivers of rules."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


REFUSE = """
CREATE FUNCTION policy_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What was published or signed never changes: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# ENABLE ALWAYS: a plain trigger is bypassed by session_replication_role = replica.
GUARD = """
CREATE TRIGGER policy_set_no_delete BEFORE DELETE OR UPDATE OF number, author_id
    ON policy_policyset FOR EACH ROW EXECUTE FUNCTION policy_refuse();
ALTER TABLE policy_policyset ENABLE ALWAYS TRIGGER policy_set_no_delete;
CREATE TRIGGER policy_set_no_change BEFORE UPDATE
    ON policy_policyset FOR EACH ROW
    WHEN (OLD.state <> 'draft' AND (NEW.state = 'draft' OR NEW.digest <> OLD.digest OR NEW.document <> OLD.document))
    EXECUTE FUNCTION policy_refuse();
ALTER TABLE policy_policyset ENABLE ALWAYS TRIGGER policy_set_no_change;
CREATE TRIGGER policy_waiver_no_change
    BEFORE DELETE OR UPDATE OF number, rule, scope, until, content, digest, asked_by_id, asked_at
    ON policy_rulewaiver FOR EACH ROW EXECUTE FUNCTION policy_refuse();
ALTER TABLE policy_rulewaiver ENABLE ALWAYS TRIGGER policy_waiver_no_change;
"""
UNGUARD = """
DROP TRIGGER policy_set_no_delete ON policy_policyset;
DROP TRIGGER policy_set_no_change ON policy_policyset;
DROP TRIGGER policy_waiver_no_change ON policy_rulewaiver;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PolicySet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.PositiveIntegerField(unique=True)),
                ('document', models.JSONField()),
                ('digest', models.CharField(help_text="SHA-256 over the document's RFC 8785 JSON.", max_length=64)),
                ('reason', models.TextField(help_text="Why the rules should change, in the author's words.")),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('in_force', 'In force'), ('superseded', 'Superseded'), ('withdrawn', 'Withdrawn')], default='draft', max_length=10)),
                ('settled_at', models.DateTimeField(blank=True, help_text='When it was published or taken back.', null=True)),
                ('superseded_at', models.DateTimeField(blank=True, null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-number'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'in_force')), fields=('state',), name='one_rules_in_force'), models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('state',), name='one_rules_draft'), models.CheckConstraint(condition=models.Q(('number__gte', 2)), name='rules_after_the_first')],
            },
        ),
        migrations.CreateModel(
            name='RuleWaiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('number', models.PositiveIntegerField(unique=True)),
                ('rule', models.SlugField(help_text='The id of the rule.', max_length=60)),
                ('scope', models.CharField(max_length=200)),
                ('reason', models.TextField()),
                ('compensating', models.TextField(help_text='What is done instead, so that it is safe enough.')),
                ('until', models.DateTimeField()),
                ('content', models.JSONField(help_text='What those who sign it sign.')),
                ('digest', models.CharField(max_length=64)),
                ('asked_at', models.DateTimeField()),
                ('granted_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, help_text='When it was refused or taken back.', null=True)),
                ('ended_because', models.CharField(blank=True, choices=[('refused', 'Refused'), ('withdrawn', 'Taken back')], max_length=10)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-number'],
                'indexes': [models.Index(fields=['scope', 'until'], name='rule_waivers_by_scope')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gt', models.F('asked_at'))), name='rule_waiver_ends'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_because', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_because', ''), _negated=True)), _connector='OR'), name='rule_waiver_ended_because'), models.UniqueConstraint(condition=models.Q(('ended_at', None), ('granted_at', None)), fields=('rule', 'scope'), name='one_rule_waiver_asked')],
            },
        ),
        migrations.RunSQL(REFUSE, "DROP FUNCTION policy_refuse()"),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
