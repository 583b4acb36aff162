"""What made an outcome likely was one text, a cause a line; each line becomes a row without a theme."""

from typing import Any

from django.db import migrations


def _split(apps: Any, _schema_editor: Any) -> None:
    Review, Factor = apps.get_model("reviews", "Review"), apps.get_model("reviews", "Factor")
    for review in Review.objects.exclude(contributing_factors="").only("contributing_factors").iterator():
        text = review.contributing_factors
        lines = text.split("\n")
        # The digest that was signed is over the text: the rows must make the same text again.
        whole = any(not line.strip() for line in lines)
        Factor.objects.bulk_create(Factor(review=review, text=one) for one in ([text] if whole else lines))


class Migration(migrations.Migration):
    dependencies = [("reviews", "0003_timeline_factors_feedback")]

    operations = [
        migrations.RunPython(_split, migrations.RunPython.noop),
        migrations.RemoveField(model_name="review", name="contributing_factors"),
    ]
