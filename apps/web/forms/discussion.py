"""The forms of a discussion: a comment, a question before signing, and its answer. The services judge them."""

from collections.abc import Mapping
from typing import Any

from django import forms

from apps.accounts.selectors import person_named

_NOBODY = "Nobody here has this user name. Choose one from the list, or leave it empty."


def _text(label: str, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": rows, "data-names": "people"}),
    )


class CommentForm(forms.Form):
    """What a person says, and whom it should reach."""

    text = _text("Comment")
    also = forms.CharField(
        label="Name someone",
        help_text="They get mail. You can also write @ and their user name.",
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"}),
    )

    @property
    def words(self) -> str:
        """Return the comment with the person who was picked, unless it names them already."""
        text, also = str(self.cleaned_data["text"]), str(self.cleaned_data["also"]).strip().removeprefix("@")
        return text if not also or f"@{also}" in text else f"@{also} {text}"


class ThreadForm(CommentForm):
    """What begins a conversation: also which part of the subject it is about."""

    about = forms.ChoiceField(label="About", required=False)
    field_order = ("text", "about", "also")

    def __init__(self, *args: Any, parts: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "the change as a whole"), *parts.items()]
        self.fields["about"].choices = choices  # type: ignore[attr-defined]


class QuestionForm(forms.Form):
    """What a signer needs to know, and from whom."""

    question = _text("What do you need to know?")
    asked = forms.CharField(
        label="Whom do you ask?",
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"}),
    )

    def clean_asked(self) -> Any:
        """Return the person who is named, or None: then it is the requester."""
        name = str(self.cleaned_data["asked"]).strip().removeprefix("@")
        person = person_named(name) if name else None
        if name and person is None:
            raise forms.ValidationError(_NOBODY)
        return person


class AnswerForm(forms.Form):
    """What a signer wanted to know."""

    answer = _text("Your answer")
