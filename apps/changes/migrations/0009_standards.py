import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0013_break_glass"),
        ("changes", "0008_world"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Standard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("number", models.PositiveIntegerField(unique=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                ("retired_because", models.TextField(blank=True)),
                (
                    "retired_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["number"]},
        ),
        migrations.CreateModel(
            name="StandardVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("number", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("reason", models.TextField(blank=True, help_text="Why it is proposed, in the author's words.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("proposed", "Out for approval"),
                            ("in_force", "In force"),
                            ("suspended", "Suspended"),
                            ("superseded", "Superseded"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Taken back"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "settled_at",
                    models.DateTimeField(
                        blank=True, help_text="When it was approved, rejected or taken back.", null=True
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standard_version",
                        to="approvals.round",
                    ),
                ),
                (
                    "standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="changes.standard",
                    ),
                ),
                (
                    "stopped_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="The change made from it that failed or was rolled back.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="changes.change",
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("standard", "number"), name="standard_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "in_force")),
                        fields=("standard",),
                        name="one_standard_in_force",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["draft", "proposed"])),
                        fields=("standard",),
                        name="one_standard_in_hand",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="change",
            name="standard",
            field=models.ForeignKey(
                blank=True,
                help_text="The version of a standard change that it was made from, whether it stayed within it or not.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changes",
                to="changes.standardversion",
            ),
        ),
    ]
