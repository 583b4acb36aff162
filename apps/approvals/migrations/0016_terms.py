from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("approvals", "0015_subject_class")]

    operations = [
        migrations.AddField(
            model_name="round",
            name="fresh_minutes",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="For how long a proof of who one is serves to sign; 0: each signature asks."
            ),
        ),
        migrations.AddField(
            model_name="round",
            name="least_seconds",
            field=models.PositiveSmallIntegerField(
                default=20,
                help_text="A signature after fewer in view, with no evidence opened, is pointed out; 0: none.",
            ),
        ),
    ]
