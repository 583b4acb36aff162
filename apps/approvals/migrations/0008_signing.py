"""A signature keeps what it answers, how and when its signer was authenticated, and what they had checked."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# ENABLE ALWAYS: a plain trigger is bypassed by session_replication_role = replica.
GUARD = """
CREATE TRIGGER approvals_signature_proof_no_change BEFORE UPDATE OF authenticated_at, nonce, checked
    ON approvals_signature FOR EACH ROW EXECUTE FUNCTION approvals_signature_refuse();
ALTER TABLE approvals_signature ENABLE ALWAYS TRIGGER approvals_signature_proof_no_change;
"""
UNGUARD = "DROP TRIGGER approvals_signature_proof_no_change ON approvals_signature"


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0007_ownership'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='signature',
            name='authenticated_at',
            field=models.DateTimeField(blank=True, help_text='When the signer proved who they are.', null=True),
        ),
        migrations.AddField(
            model_name='signature',
            name='checked',
            field=models.JSONField(blank=True, default=list, help_text='What the signer said they had checked.'),
        ),
        migrations.AddField(
            model_name='signature',
            name='nonce',
            field=models.CharField(blank=True, default='', help_text='The showing of the page that it answers.', max_length=64),
        ),
        migrations.AlterField(
            model_name='signature',
            name='auth_method',
            field=models.CharField(choices=[('password', 'Password'), ('code', 'Password and code'), ('passkey', 'Passkey'), ('token', 'API token and password')], max_length=10),
        ),
        migrations.CreateModel(
            name='SignIntent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nonce', models.CharField(max_length=64, unique=True)),
                ('session', models.CharField(help_text="A digest of the session's key, or the token's prefix.", max_length=80)),
                ('digest', models.CharField(max_length=64)),
                ('meanings', models.JSONField(help_text='What each decision would say, as the person was shown it.')),
                ('shown_at', models.DateTimeField(db_index=True)),
                ('requirement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='intents', to='approvals.requirement')),
                ('signature', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='intent', to='approvals.signature')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Look',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
                ('requirement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='looks', to='approvals.requirement')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('requirement', 'user', 'what'), name='looked_once')],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
