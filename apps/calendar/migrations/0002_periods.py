"""Freezes become periods, single or recurring; conflicts learn new kinds."""

import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('calendar', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint("conflict", "conflict_once"),
        migrations.RemoveConstraint("conflict", "conflict_has_one_other_side"),
        migrations.RemoveConstraint("freeze", "freeze_ends_after_start"),
        migrations.RemoveIndex("freeze", "freezes_by_time"),
        migrations.RenameModel("Freeze", "Period"),
        migrations.RenameField("conflict", "freeze", "period"),
        migrations.RenameField("period", "kind", "component_kind"),
        migrations.RenameField("period", "scope", "scope_kind"),
        migrations.CreateModel(
            name='BookedPerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('duty', models.CharField(choices=[('lead', 'leads it'), ('approver', 'signs for it'), ('on_call', 'is on call for it')], max_length=10)),
            ],
        ),
        migrations.CreateModel(
            name='Occurrence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('start', models.DateTimeField()),
                ('end', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='OnCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        migrations.CreateModel(
            name='Rulebook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(unique=True)),
                ('document', models.JSONField()),
                ('reason', models.TextField()),
            ],
            options={
                'ordering': ['-version'],
            },
        ),
        migrations.RemoveIndex(
            model_name='booking',
            name='live_bookings_by_time',
        ),
        migrations.AddField(
            model_name='booking',
            name='change_class',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name='booking',
            name='ended_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='conflict',
            name='end',
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='conflict',
            name='start',
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='conflict',
            name='what',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='period',
            name='exdates',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='period',
            name='kind',
            field=models.CharField(choices=[('freeze', 'Freeze'), ('blackout', 'Blackout'), ('maintenance', 'Maintenance window'), ('retraining', 'Retraining window'), ('cooldown', 'Cooldown'), ('event', 'Event'), ('on_call', 'On-call shift')], default='freeze', max_length=12),
        ),
        migrations.AddField(
            model_name='period',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='periods', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='period',
            name='rdates',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='period',
            name='rrule',
            field=models.CharField(blank=True, max_length=400),
        ),
        migrations.AddField(
            model_name='period',
            name='scope',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='period',
            name='sequence',
            field=models.PositiveIntegerField(default=0, help_text='Rises with every edit (RFC 5545, 3.8.7.4).'),
        ),
        migrations.AddField(
            model_name='period',
            name='source',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='period',
            name='source_uid',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AlterField(
            model_name='booking',
            name='state',
            field=models.CharField(choices=[('planned', 'Planned'), ('under_way', 'Under way'), ('done', 'Done'), ('released', 'Released')], default='planned', max_length=10),
        ),
        migrations.AlterField(
            model_name='conflict',
            name='kind',
            field=models.CharField(choices=[('same_component', 'Both move the same component'), ('reads', 'One moves what the other reads'), ('writes', 'One writes what the other relies on'), ('freeze', 'It falls into a freeze'), ('outside', 'No allowed window holds it'), ('cooldown', 'It comes in the quiet time after a change'), ('person', 'One person is needed at both'), ('approver', 'One approver answers for both'), ('pool', 'Both need the same compute pool'), ('limit', 'Too many at once'), ('back_to_back', 'One follows right after the other'), ('retraining', 'It meets a retraining'), ('event', 'It meets an event')], max_length=16),
        ),
        migrations.AlterField(
            model_name='conflict',
            name='severity',
            field=models.CharField(choices=[('blocking', 'Blocking'), ('warning', 'Warning'), ('notice', 'Notice')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=django.contrib.postgres.indexes.GistIndex(models.Func(models.F('start'), models.F('end'), function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), condition=models.Q(('state__in', ('planned', 'under_way'))), name='live_bookings_by_time'),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(condition=models.Q(('state', 'done')), fields=['ended_at'], name='done_bookings_by_end'),
        ),
        migrations.AddIndex(
            model_name='period',
            index=django.contrib.postgres.indexes.GistIndex(models.Func(models.F('start'), models.F('end'), function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), name='periods_by_time'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.CheckConstraint(condition=models.Q(('end__gt', models.F('start'))), name='period_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.UniqueConstraint(condition=models.Q(('source_uid', ''), _negated=True), fields=('source', 'source_uid'), name='period_imported_once'),
        ),
        migrations.AddField(
            model_name='bookedperson',
            name='booking',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='people', to='calendar.booking'),
        ),
        migrations.AddField(
            model_name='bookedperson',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='occurrence',
            name='period',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='occurrences', to='calendar.period'),
        ),
        migrations.AddField(
            model_name='oncall',
            name='period',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='people', to='calendar.period'),
        ),
        migrations.AddField(
            model_name='oncall',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='rulebook',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='bookedperson',
            constraint=models.UniqueConstraint(fields=('booking', 'user', 'duty'), name='booked_person_once'),
        ),
        migrations.AddIndex(
            model_name='occurrence',
            index=django.contrib.postgres.indexes.GistIndex(models.Func(models.F('start'), models.F('end'), function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), name='occurrences_by_time'),
        ),
        migrations.AddConstraint(
            model_name='occurrence',
            constraint=models.UniqueConstraint(fields=('period', 'start'), name='occurrence_once'),
        ),
        migrations.AddConstraint(
            model_name='oncall',
            constraint=models.UniqueConstraint(fields=('period', 'user'), name='on_call_once'),
        ),
    ]
