"""The small marks every page is made of: icons, state chips, risk steps, ids. All return safe HTML."""

from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# state → (chip class, word). The class is one of the seven state colours; the word is what people read.
STATES: dict[str, tuple[str, str]] = {
    # changes
    "draft": ("draft", "Draft"),
    "in_review": ("review", "In review"),
    "on_hold": ("waiting", "On hold"),
    "approved": ("scheduled", "Scheduled"),
    "in_progress": ("progress", "In progress"),
    "completed": ("done", "Completed"),
    "closed": ("done", "Closed"),
    "rejected": ("blocked", "Rejected"),
    "failed": ("blocked", "Failed"),
    "rolled_back": ("blocked", "Rolled back"),
    "withdrawn": ("draft", "Withdrawn"),
    "expired": ("waiting", "Expired"),
    # requirements, cards, reviews, bookings, exports
    "open": ("waiting", "Open"),
    "met": ("done", "Signed"),
    "signed": ("done", "Signed"),
    "published": ("done", "Published"),
    "archived": ("draft", "Archived"),
    "active": ("done", "In use"),
    "retired": ("draft", "Retired"),
    "finished": ("done", "Finished"),
    "planned": ("scheduled", "Planned"),
    "under_way": ("progress", "Under way"),
    "released": ("done", "Released"),
    "queued": ("waiting", "Queued"),
    "running": ("progress", "Running"),
    "done": ("done", "Done"),
    "ready": ("done", "Ready"),
    "cancelled": ("draft", "Cancelled"),
    # training
    "held": ("done", "Holds it"),
    "soon": ("waiting", "Runs out soon"),
    "lacking": ("blocked", "Lacks it"),
    # outcomes of a review
    "successful": ("done", "Successful"),
    "with_issues": ("waiting", "Successful with issues"),
}
STATE_ICONS = {"on_hold": "player-pause", "withdrawn": "circle-dashed", "expired": "clock"}
CHIP_ICONS = {
    "draft": "pencil",
    "review": "eye",
    "waiting": "hourglass",
    "scheduled": "calendar-event",
    "progress": "player-play",
    "done": "circle-check",
    "blocked": "ban",
}
SAY_ICONS = {**CHIP_ICONS, "blocked": "circle-x"}
RISKS = ("low", "moderate", "high", "severe")
KINDS = {"feature_set": "feature"}


@lru_cache(maxsize=1024)
def icon(name: str, classes: str = "") -> SafeString:
    """Return a decorative icon of the sprite; the word beside it carries the meaning."""
    classes = f"icon {classes}" if classes else "icon"
    sprite = static("icons.svg")
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', classes, sprite, name
    )


@lru_cache(maxsize=1024)
def kind_icon(kind: str) -> SafeString:
    """Return the shape of a kind of component, as the graph draws it."""
    return format_html(
        '<svg class="kind" viewBox="0 0 18 14" aria-hidden="true"><use href="{}#k-{}"/></svg>',
        static("icons.svg"),
        KINDS.get(kind, kind),
    )


@lru_cache(maxsize=1024)
def chip(colour: str, word: str, icon_name: str = "") -> SafeString:
    """Return a chip in one of the seven state colours, with its icon and a word."""
    return format_html(
        '<span class="chip c-{}">{}{}</span>', colour, icon(icon_name or CHIP_ICONS[colour]), word
    )


@lru_cache(maxsize=1024)
def state_chip(state: str, word: str = "") -> SafeString:
    """Return the chip of a state of a change, requirement, card, review or export."""
    colour, known = STATES.get(state, ("draft", state.replace("_", " ").capitalize()))
    return chip(colour, word or known, STATE_ICONS.get(state, ""))


def say(colour: str, word: str, icon_name: str = "") -> SafeString:
    """Return a verdict in words with its icon: "Pass", "Fails", "Must look again"."""
    return format_html(
        '<span class="say c-{}">{}{}</span>', colour, icon(icon_name or SAY_ICONS[colour]), word
    )


@lru_cache(maxsize=1024)
def risk(level: int | str) -> SafeString:
    """Return the four ink steps with the word. ``level`` is 1 to 4, or low, moderate, high, severe."""
    if not level:
        return mark_safe('<span class="muted">Not assessed</span>')
    step = RISKS.index(level.lower()) + 1 if isinstance(level, str) and not level.isdigit() else int(level)
    box = '<rect class="{}" x="{}" y=".5" width="9" height="9" rx="1.5"/>'
    boxes = "".join(box.format("on" if place < step else "off", place * 12 + 0.5) for place in range(4))
    return format_html(
        '<span class="risk"><svg viewBox="0 0 46 10" aria-hidden="true">{}</svg>{}'
        '<span class="vh"> risk, step {} of 4</span></span>',
        mark_safe(boxes),
        RISKS[step - 1].capitalize(),
        step,
    )


def digest(value: str) -> SafeString:
    """Return a digest as its first eight and last four characters, the whole of it in the title."""
    if not value:
        return mark_safe('<span class="muted">None yet</span>')
    short = value if len(value) <= 14 else f"{value[:8]}…{value[-4:]}"
    return format_html('<span class="id digest" title="{}">{}</span>', value, short)


def mark(classes: str = "") -> SafeString:
    """Return the portal's mark: two check strokes, one over the other."""
    return format_html(
        '<svg class="{}" viewBox="0 0 32 22" aria-hidden="true"><path class="b1" d="M2.5 11.5l6.2 7L21 3.5"/>'
        '<path class="b2" d="M11.5 14.2l3.8 4.3L30 3.5"/></svg>',
        classes or "cs-mark",
    )


def wave() -> SafeString:
    """Return the fine lines of security paper: sign-in, signing dialog and briefing masthead only."""
    return format_html(
        '<svg class="guilloche" aria-hidden="true"><use href="{}#wave"/></svg>', static("wave.svg")
    )


def initials(name: str) -> str:
    """Return the first letters of the first and last word of a name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
