"""What happens next to each open decision and when, in whose working days it is counted, and who put it off."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

# What was reminded or escalated goes on from there; nobody is told twice.
NEXT = """
UPDATE approvals_requirement
SET next_step = CASE WHEN escalated_at IS NOT NULL THEN 'expire' WHEN reminded_at IS NOT NULL THEN 'due' ELSE 'remind' END,
    next_step_at = CASE
        WHEN escalated_at IS NOT NULL THEN GREATEST(due_at, now()) + interval '7 days'
        WHEN reminded_at IS NOT NULL THEN due_at
        ELSE due_at - interval '1 day' END
"""


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0010_looking'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='round',
            name='state',
            field=models.CharField(choices=[('open', 'Open'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('closed', 'Closed without a decision'), ('expired', 'Given up: not decided in time')], default='open', max_length=10),
        ),
        migrations.AddField(
            model_name='round',
            name='stands_since',
            field=models.DateTimeField(blank=True, help_text='Since when all its clocks stand: what is signed is on hold.', null=True),
        ),
        migrations.AddField(
            model_name='requirement',
            name='time_unit',
            field=models.CharField(choices=[('hours', 'Hours'), ('working_days', 'Working days')], default='hours', max_length=12),
        ),
        migrations.AddField(
            model_name='requirement',
            name='time_zone',
            field=models.CharField(default='UTC', help_text='By whose clocks working days are counted.', max_length=64),
        ),
        migrations.AddField(
            model_name='requirement',
            name='next_step',
            field=models.CharField(choices=[('remind', 'A reminder'), ('due', 'It is due'), ('contact', "To the team's contact"), ('managers', 'To the Change Managers'), ('expire', 'Back to whoever asked')], default='remind', max_length=10),
        ),
        migrations.AddField(
            model_name='requirement',
            name='next_step_at',
            field=models.DateTimeField(help_text='When the next step is taken, if nobody decides before.', null=True),
        ),
        migrations.RunSQL(NEXT, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='requirement',
            name='next_step_at',
            field=models.DateTimeField(help_text='When the next step is taken, if nobody decides before.'),
        ),
        migrations.RemoveField(model_name='requirement', name='reminded_at'),
        migrations.RemoveField(model_name='requirement', name='escalated_at'),
        migrations.AddIndex(
            model_name='requirement',
            index=models.Index(condition=Q(('state', 'open')), fields=['next_step_at'], name='open_requirements_step'),
        ),
        migrations.CreateModel(
            name='Snooze',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('until', models.DateTimeField()),
                ('woken_at', models.DateTimeField(blank=True, null=True)),
                ('requirement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='snoozes', to='approvals.requirement')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['until', 'pk'],
                'constraints': [models.UniqueConstraint(condition=Q(('woken_at', None)), fields=('user', 'requirement'), name='one_snooze_at_a_time')],
                'indexes': [models.Index(condition=Q(('woken_at', None)), fields=['until'], name='snoozes_to_wake')],
            },
        ),
    ]
