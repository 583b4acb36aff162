"""Forms of courses, and of who completed them."""

from collections.abc import Sequence
from typing import Any

from django import forms

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import active_person
from apps.playbooks.models import CourseVersion
from apps.playbooks.rules import LONGEST_DAYS, Taught
from apps.playbooks.selectors import TrainingStanding, today


class CourseForm(forms.Form):
    """What a course says, and who owns it. Of one that is there already it asks what is new, too."""

    title = forms.CharField(label="Title", max_length=120)
    teaches = forms.CharField(
        label="What people know afterwards",
        help_text="Markdown. Say where the course is held, or write what there is to read.",
        max_length=15_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    roles = forms.MultipleChoiceField(
        label="Who needs it",
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.IntegerField(
        label="For how many days a completion counts", min_value=1, max_value=LONGEST_DAYS, initial=365
    )
    own_word = forms.BooleanField(
        label="People read it, and say so themselves",
        help_text="Leave it empty where somebody else has to say that they completed it.",
        required=False,
    )
    owner = forms.CharField(
        label="Owner", help_text="The user name of who answers for it, and records it.", max_length=150
    )
    version = forms.CharField(required=False, max_length=5, widget=forms.HiddenInput)
    note = forms.CharField(
        label="What is new, and why?", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, written: CourseVersion | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if written is None:
            del self.fields["version"], self.fields["note"]

    def clean_owner(self) -> User:
        """Return who is named.

        Raises:
            ValidationError: nobody here has that user name.
        """
        name = self.cleaned_data["owner"]
        user = active_person(name)
        if user is None:
            raise forms.ValidationError(f"There is nobody here with the user name “{name}”.")
        return user

    def taught(self) -> Taught:
        """Return what the course says; only after ``is_valid``."""
        data = self.cleaned_data
        return Taught(data["title"], data["teaches"], tuple(data["roles"]), data["days"], data["own_word"])

    def read_version(self) -> int:
        """Return the version that the person read; 0, which none has, where the form names none."""
        number = self.cleaned_data["version"]
        return int(number) if number.isascii() and number.isdecimal() else 0


def written_before(version: CourseVersion) -> dict[str, Any]:
    """Return the fields of the form as a version has them."""
    return {
        "title": version.title,
        "teaches": version.teaches,
        "roles": version.roles,
        "days": version.days,
        "own_word": version.own_word,
        "owner": version.course.owner.username,
        "version": str(version.number),
    }


class CompletionForm(forms.Form):
    """Who completed a course, on which day, and what shows it."""

    people = forms.MultipleChoiceField(
        label="Who completed it",
        widget=forms.CheckboxSelectMultiple,
    )
    completed_on = forms.DateField(
        label="On which day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Give a date such as 2026-06-30."},
    )
    evidence = forms.CharField(
        label="What shows it",
        help_text="The address of a list or a certificate, or the SHA-256 of a file. Leave it empty if there is none.",
        required=False,
        max_length=500,
    )

    def __init__(self, *args: Any, asked: Sequence[TrainingStanding], but: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["completed_on"].initial = today()
        self._asked = {each.person.username: each.person for each in asked if each.person != but}
        choices = [
            (each.person.username, f"{each.person}: {each.training.label.lower()}")
            for each in asked
            if each.person != but
        ]
        self.fields["people"].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> list[User]:
        """Return who was chosen; only after ``is_valid``."""
        return [self._asked[name] for name in self.cleaned_data["people"]]
