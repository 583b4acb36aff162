"""Cards hold the merged fields, and are approved rather than published. Nothing that was written is lost."""

from django.db import migrations, models

from apps.cards.rules.first_shape import from_first_shape

COLUMNS = (
    "overview",
    "intended_use",
    "prohibited_use",
    "limitations",
    "ethical_risks",
    "human_oversight",
    "training_data",
    "retraining_triggers",
    "metrics",
)


def carry_over(apps, schema_editor):
    """Move the columns into the content, say where each value comes from, and rename the state."""
    for card in apps.get_model("cards", "ModelCard").objects.order_by("pk").iterator():
        held = {name: getattr(card, name) for name in COLUMNS}
        card.content = {name: value for name, value in from_first_shape(held).items() if value}
        owners = list(card.owners.order_by("pk").values_list("pk", flat=True))
        card.given = {"registry": from_first_shape(card.from_registry)} if card.from_registry else {}
        given = card.given.get("registry", {})
        card.content |= {"owners": owners} if owners else {}
        card.sources = {
            name: [_source("registry" if given.get(name) == value else "person", card)]
            for name, value in card.content.items()
        }
        if card.state == "published":
            card.state = "approved"
        card.save()


def _source(kind, card):
    ref = card.version.source_ref if kind == "registry" else ""
    return {"kind": kind, "ref": ref, "edition": str(card.edition)}


class Migration(migrations.Migration):
    dependencies = [("cards", "0001_initial"), ("catalog", "0001_initial")]

    operations = [
        migrations.AddField("modelcard", "content", models.JSONField(blank=True, default=dict)),
        migrations.AddField(
            "modelcard",
            "sources",
            models.JSONField(
                blank=True,
                default=dict,
                help_text="Field to where its value comes from: a list of {kind, ref}.",
            ),
        ),
        migrations.AddField(
            "modelcard",
            "given",
            models.JSONField(
                blank=True,
                default=dict,
                help_text="Origin to field to what it gave last, to tell it from what a person wrote.",
            ),
        ),
        migrations.RunPython(carry_over),
        *(migrations.RemoveField("modelcard", name) for name in (*COLUMNS, "from_registry", "owners")),
        migrations.AlterField(
            "modelcard",
            "state",
            models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("in_review", "In review"),
                    ("approved", "Approved"),
                    ("archived", "Archived"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
    ]
