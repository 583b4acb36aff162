"""Template tags and filters of the portal: ``{% load portal %}``.

Marks: icon, kind_icon, chip, state_chip, say, risk, mark, wave, avatar. Times: when, day, clock, zone, left,
ago (filters), time and window (tags). Text: digest, person, thousands (filters). Forms: field, error_summary.
Layout: crumbs, fact. ``templates/_*.html`` holds the larger fragments.
"""

import json
from datetime import date, datetime
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.web import dates, fields, marks
from apps.web.pictures import address
from apps.web.planning.marks import event_mark
from apps.web.prose import prose

register = template.Library()

register.simple_tag(marks.icon)
register.simple_tag(marks.kind_icon)
register.simple_tag(marks.chip)
register.simple_tag(marks.state_chip)
register.simple_tag(marks.say)
register.simple_tag(marks.risk)
register.simple_tag(marks.mark)
register.simple_tag(marks.wave)
register.filter("digest", marks.digest)
register.simple_tag(event_mark)


register.simple_tag(prose)


@register.simple_tag
def avatar(person: object, classes: str = "") -> SafeString:
    """``{% avatar user %}``: initials in a circle; the name stands beside it."""
    name = marks.initials(str(person))
    return format_html('<span class="avatar-c {}" aria-hidden="true">{}</span>', classes, name)


@register.filter
def person(user: object) -> str:
    """``{{ user|person }}``: the full name, or "Nobody"."""
    return str(user) if user else "Nobody"


@register.filter
def thousands(value: Any) -> str:
    """``{{ n|thousands }}``: 48,213. A number that is not there is "Not measured", never 0 or blank."""
    return "Not measured" if value is None or value == "" else f"{int(value):,}"


@register.filter
def percent(share: float | None) -> str:
    """``{{ rate|percent }}``: 12 %, of a share from 0 to 1. One that is not there is "Not measured", never 0."""
    return "Not measured" if share is None else f"{share * 100:.0f} %"


@register.filter
def capped(value: int) -> str:
    """``{{ n|capped }}``: a count for a badge, 99+ at most."""
    return "99+" if value > 99 else str(value)


@register.filter
def when(value: datetime | date | None, zone: dates.Zone = None) -> str:
    """``{{ dt|when }}`` or ``{{ dt|when:tz }}``: Thu 19 Nov, 06:00."""
    return dates.when(value, zone) if value else ""


@register.filter
def end(value: datetime | date | None, zone: dates.Zone = None) -> str:
    """``{{ due|end }}``: the end of Wed 25 Nov; or, when it is not midnight, Thu 19 Nov, 06:00."""
    return dates.end(value, zone) if value else ""


@register.filter
def day(value: datetime | date | None, zone: dates.Zone = None) -> str:
    """``{{ dt|day }}``: Thu 19 Nov."""
    return dates.day(value, zone) if value else ""


@register.filter
def clock(value: datetime | None, zone: dates.Zone = None) -> str:
    """``{{ dt|clock }}``: 06:00."""
    return dates.hour(value, zone) if value else ""


@register.filter
def zone(value: datetime | None, name: dates.Zone = None) -> str:
    """``{{ dt|zone:tz }}``: GMT, Europe/London."""
    return dates.zone_name(value, name) if value else ""


@register.filter
def left(value: datetime | None) -> str:
    """``{{ due|left }}``: 2 days left, or Overdue by 3 hours."""
    return dates.left(value) if value else ""


@register.filter
def ago(value: datetime | None) -> str:
    """``{{ dt|ago }}``: 3 hours ago."""
    return dates.ago(value) if value else ""


_FORMS = {"when": dates.when, "day": dates.day, "clock": dates.hour, "end": dates.end}


@register.simple_tag
def time(value: datetime | None, form: str = "when", zone: dates.Zone = None) -> str:
    """``{% time dt %}`` or ``{% time dt "day" tz %}``: a ``<time>`` element; forms are when, day, clock, end."""
    if not value:
        return ""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), _FORMS[form](value, zone))


@register.simple_tag
def window(start: datetime | None, end: datetime | None, zone: dates.Zone = None) -> str:
    """``{% window start end tz %}``: Thu 19 Nov, 06:00 to 08:30. Name the zone once, with ``|zone``."""
    return dates.window(start, end, zone) if start and end else "No window yet"


@register.simple_tag
def fact(term: str, value: object, note: object = "") -> SafeString:
    """``{% fact "Owner" name note %}``: one fact, inside ``<dl class="facts">``."""
    small = format_html("<small>{}</small>", note) if note else ""
    return format_html("<div><dt>{}</dt><dd>{}{}</dd></div>", term, value, small)


@register.inclusion_tag("_crumbs.html")
def crumbs(*parts: str) -> dict[str, Any]:
    """``{% crumbs "Changes" url "CHG-1042" %}``: label and address in turn, and last the page itself."""
    pairs = list(zip(parts[:-1:2], parts[1:-1:2], strict=True))
    return {"pairs": pairs, "here": parts[-1]}


@register.inclusion_tag("_signature.html")
def signature(  # one argument for each part of the block
    role: str, subject: str, name: str = "", status: str = "open", meta: object = ""
) -> dict[str, Any]:
    """``{% signature role subject name status meta %}``: one ``<li>`` of ``<ol class="sigs">``.

    ``status`` is signed, open, you, stale or rejected; ``meta`` is the line below the rule.
    """
    return {
        "role": role, "subject": subject, "name": name, "status": status, "meta": meta,
    }  # fmt: skip


@register.simple_tag
def field(bound: Any, hint: str | None = None, label: str = "") -> SafeString:
    """``{% field form.name %}``: label, hint, error and control, tied together for screen readers."""
    return fields.render_field(bound, hint=hint, label=label)


@register.filter
def as_json(value: Any) -> str:
    """Return a value as JSON, for an attribute that a script reads."""
    return json.dumps(value)


@register.inclusion_tag("_error_summary.html")
def error_summary(*forms: Any) -> dict[str, Any]:
    """``{% error_summary form formset %}``: "There is a problem", each line leading to its field."""
    return {"problems": fields.problems(forms)}


_MESSAGES = {
    "success": ("c-done", "circle-check"),
    "error": ("c-blocked", "alert-triangle"),
    "warning": ("c-waiting", "alert-triangle"),
}


@register.filter
def message_class(message: Message) -> str:
    """Return the state class of a message."""
    return _MESSAGES.get(message.level_tag, ("c-review", ""))[0]


@register.filter
def message_icon(message: Message) -> str:
    """Return the icon of a message."""
    return _MESSAGES.get(message.level_tag, ("", "info-circle"))[1]


@register.filter
def catalog_url(key: str) -> str:
    """Return the address of a component such as ``model:default/credit-risk``."""
    return address(key)


@register.filter
def key_name(key: str) -> str:
    """Return the name in a component's key: “credit-risk”."""
    return key.rpartition("/")[2]
