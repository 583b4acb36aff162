"""The form that takes a calendar file."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from apps.accounts.models import User
from apps.calendar.enums import PeriodKind
from apps.calendar.rules.ics_in import SIZE_LIMIT
from apps.calendar.selectors.importing import SOURCE_LIMIT
from apps.core.clock import zone_names
from apps.web.forms.coverage import CoverageForm

MEGABYTE = 1024 * 1024


class ImportForm(CoverageForm):
    """A calendar file, what to call it, and what its events are to be."""

    field_order = ("file", "source", "kind", "time_zone")
    file_name = ""
    """What the file is called, without its ending."""

    file = forms.FileField(
        label="The file",
        help_text=f"iCalendar (.ics), at most {SIZE_LIMIT // MEGABYTE} MB.",
        widget=forms.ClearableFileInput(attrs={"accept": ".ics,text/calendar"}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    source = forms.CharField(
        label="What the calendar is called",
        help_text="Leave it empty for the name that the file gives itself. Under the same name next time, "
        "what it brought to the same teams is updated and not planned twice.",
        required=False,
        max_length=SOURCE_LIMIT,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label="Its events are", choices=PeriodKind.choices, initial=PeriodKind.EVENT)
    time_zone = forms.CharField(
        label="Time zone",
        help_text="For whole days, and for times that the file gives without a zone.",
        required=False,
        widget=forms.Select(),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        zones = [(zone, zone.replace("_", " ")) for zone in sorted(zone_names())]
        self.fields["time_zone"].widget.choices = [("", "The one that the file names"), *zones]
        self.fields["time_zone"].initial = user.time_zone

    def clean_file(self) -> bytes:
        """Return the file's bytes; one that is too large is not read at all."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > SIZE_LIMIT:
            said = f"The file has more than {SIZE_LIMIT // MEGABYTE} MB. Export a shorter time."
            raise forms.ValidationError(said)
        self.file_name = PurePath(file.name or "").stem[:SOURCE_LIMIT]
        return file.read()

    def clean_time_zone(self) -> str:
        """Return the zone's name, or nothing for the file's own."""
        zone = str(self.cleaned_data["time_zone"])
        if zone and zone not in zone_names():
            raise forms.ValidationError(f"There is no time zone “{zone[:60]}”.")
        return zone
