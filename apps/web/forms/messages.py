"""A message of a communication plan."""

from django import forms

from apps.changes.enums import Audience, MessageTime


class MessageForm(forms.Form):
    """When it goes out, to whom, and what it says. What is wrong with it, the service says."""

    at = forms.ChoiceField(
        label="When",
        choices=MessageTime.choices,
        help_text="Counted from the window. It moves when the window moves.",
    )
    audience = forms.ChoiceField(label="Who is told", choices=Audience.choices)
    text = forms.CharField(
        label="What else they are told",
        required=False,
        help_text="What they must do, say. The portal writes the rest from the change: in plain words, or with "
        "versions for those who build and run it.",
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": "2000"}),
    )
