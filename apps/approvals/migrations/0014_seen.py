import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("approvals", "0013_break_glass"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Seen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_type", models.CharField(max_length=20)),
                ("subject_ref", models.CharField(max_length=40)),
                ("role", models.CharField(max_length=20)),
                ("component_key", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                ("revision", models.PositiveIntegerField()),
                ("before_at", models.DateTimeField()),
                ("before_revision", models.PositiveIntegerField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "subject_ref", "subject_type", "role", "component_key"), name="seen_once"
                    )
                ],
            },
        ),
    ]
