from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("approvals", "0016_terms")]

    operations = [
        migrations.AddField(
            model_name="round",
            name="began_at",
            field=models.DateTimeField(
                blank=True, help_text="When what is asked about really started.", null=True
            ),
        ),
    ]
