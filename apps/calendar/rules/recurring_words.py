"""A recurrence in a plain sentence."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.calendar.rules.clocks import in_hours
from apps.calendar.rules.recurrence import Recurrence
from apps.calendar.rules.rrules import Rule, read_rule
from apps.calendar.rules.spans import LOCAL_FORMAT

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PLACES = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last", -2: "second to last"}
NAMED_DATES = 3
"""So many single dates are named; of more, only their number."""


def in_words(recurrence: Recurrence) -> str:
    """Return when it is, as “Every Saturday from 23:00 to Sunday 07:00, London time, until 31 December 2027.”"""
    start, end = _local(recurrence.local_start), _local(recurrence.local_end)
    rule = read_rule(recurrence.rrule) if recurrence.rrule else None
    when = _rhythm(rule, start) if rule else _named(start)
    if rule and not when:
        said = [
            f"By the rule {rule.text}, {in_hours(end - start)} each time, first on {_on(start)} at {start:%H:%M}"
        ]
    else:
        said = [f"{when} {_hours(rule, start, end)}"]
    said.append(zone_in_words(recurrence.time_zone))
    if rule:
        said += _limits(rule, recurrence.time_zone)
    said += _dates("except on", recurrence.exdates) + _dates("and also on", recurrence.rdates)
    return ", ".join(said) + "."


def zone_in_words(time_zone: str) -> str:
    """Return what people call a zone's clock: London time, UTC."""
    city = time_zone.rpartition("/")[2].replace("_", " ")
    return city if city in ("UTC", "GMT") else f"{city} time"


def _rhythm(rule: Rule, start: datetime) -> str:
    """Return how often, or nothing for a rule that no plain sentence tells."""
    match rule.frequency, frozenset(rule.by):
        case "DAILY", parts if not parts:
            return "Every day" if rule.interval == 1 else f"Every {rule.interval} days"
        case "WEEKLY", parts if parts <= {"byweekday"}:
            return _weekly(rule, start)
        case "MONTHLY", parts:
            return _monthly(rule, start, parts)
        case "YEARLY", parts:
            return _yearly(rule, start, parts)
    return ""


def _weekly(rule: Rule, start: datetime) -> str:
    days = sorted(day.weekday for day in rule.by.get("byweekday", ())) or [start.weekday()]
    if rule.interval > 1:
        return f"Every {rule.interval} weeks on {_and([DAYS[day] for day in days])}"
    if len(days) == 7:
        return "Every day"
    return "Every weekday" if days == [0, 1, 2, 3, 4] else f"Every {_and([DAYS[day] for day in days])}"


def _monthly(rule: Rule, start: datetime, parts: frozenset[str]) -> str:
    day = _day_of(rule, start, parts)
    months = "every month" if rule.interval == 1 else f"every {rule.interval} months"
    return (
        f"On {day} of {months}"
        if day and rule.interval == 1
        else f"{months.capitalize()} on {day}"
        if day
        else ""
    )


def _yearly(rule: Rule, start: datetime, parts: frozenset[str]) -> str:
    years = "Every year" if rule.interval == 1 else f"Every {rule.interval} years"
    months = rule.by.get("bymonth", (start.month,))
    if len(months) != 1 or ("bymonth" not in parts and parts):
        return ""
    day = _day_of(rule, start, parts - {"bymonth"})
    month = f"{datetime(2000, months[0], 1):%B}"  # noqa: DTZ001
    if day.startswith("day "):
        return f"{years} on {day.removeprefix('day ')} {month}"
    return f"{years} on {day} of {month}" if day else ""


def _day_of(rule: Rule, start: datetime, parts: frozenset[str]) -> str:
    """Return which day of the month: “day 13”, “the third Saturday”; nothing when it is not one day."""
    if not parts:
        return f"day {start.day}"
    if parts == {"bymonthday"} and len(rule.by["bymonthday"]) == 1:
        number = rule.by["bymonthday"][0]
        return "the last day" if number == -1 else f"day {number}" if number > 0 else ""
    if not {"byweekday"} <= parts <= {"byweekday", "bysetpos"} or len(rule.by["byweekday"]) != 1:
        return ""
    day = rule.by["byweekday"][0]
    places = rule.by.get("bysetpos", (day.n,))
    if len(places) != 1 or places[0] not in PLACES or (day.n and "bysetpos" in parts):
        return ""
    return f"the {PLACES[places[0]]} {DAYS[day.weekday]}"


def _hours(rule: Rule | None, start: datetime, end: datetime) -> str:
    midnight = timedelta(hours=start.hour, minutes=start.minute) + timedelta(
        hours=end.hour, minutes=end.minute
    )
    days = (end.date() - start.date()).days
    if not midnight:
        return "all day" if days == 1 else f"for {days} whole days"
    begins = f"from {start:%H:%M} to"
    if days == 0 or (days == 1 and f"{end:%H:%M}" == "00:00"):
        return f"{begins} {'24:00' if days else f'{end:%H:%M}'}"
    if rule is None:
        return f"{begins} {_named(end) if days > 1 else DAYS[end.weekday()]} {end:%H:%M}"
    one_day = rule.frequency == "WEEKLY" and len(rule.by.get("byweekday", (0,))) == 1
    if one_day and days < 7:
        return f"{begins} {DAYS[end.weekday()]} {end:%H:%M}"
    return f"{begins} {end:%H:%M} {'the next day' if days == 1 else f'{days} days later'}"


def _limits(rule: Rule, time_zone: str) -> list[str]:
    if rule.count:
        return ["once in all" if rule.count == 1 else f"{rule.count:,} times in all"]
    if rule.until is None:
        return []
    local = rule.until
    if rule.until_utc:
        local = local.replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone))
    return [f"until {_on(local)}"]


def _dates(words: str, texts: tuple[str, ...]) -> list[str]:
    days = sorted({date.fromisoformat(text[:10]) for text in texts})
    if not days:
        return []
    if len(days) > NAMED_DATES:
        return [f"{words} {len(days)} dates"]
    return [f"{words} {_and([_on(day) for day in days])}"]


def _named(day: date) -> str:
    return f"{day:%A} {_on(day)}"


def _on(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _local(text: str) -> datetime:
    return datetime.strptime(text, LOCAL_FORMAT)  # noqa: DTZ007 (a wall-clock has no zone)
