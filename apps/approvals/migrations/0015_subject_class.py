from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0014_seen'),
    ]

    operations = [
        migrations.AddField(
            model_name='round',
            name='subject_class',
            field=models.CharField(blank=True, choices=[('standard', 'Standard'), ('normal', 'Normal'), ('urgent', 'Urgent')], default='', help_text='The class of what is signed, as it was submitted; empty where it has none.', max_length=10),
        ),
    ]
