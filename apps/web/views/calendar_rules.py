"""What the calendar counts as a conflict: shown to everyone, written by a Change Manager."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.enums import Role
from apps.accounts.selectors import holds_everywhere
from apps.calendar.enums import ConflictKind
from apps.calendar.rules import following
from apps.calendar.selectors import rehearse, rulebook_in_force, rulebook_versions
from apps.calendar.services import write_rulebook
from apps.core.canonical import digest
from apps.core.errors import Forbidden, Invalid
from apps.web.errors import add_to_form
from apps.web.forms.calendar_rules import RulebookForm
from apps.web.planning.kinds import EXPLAINED
from apps.web.planning.marks import facets_words
from apps.web.planning.rulebook_words import edits_between, versions_told
from apps.web.reader import actor_of, reader

_FIELDS = {
    "limits": "limit_0_name",
    "severities": "severity_same_component",
    "notice_days": "notice_standard",
}
"""Where the form says what is wrong with a part that has several fields."""


@login_required
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Show the rulebook in force, each kind of conflict in words, and every version."""
    rulebook = rulebook_in_force()
    context = {
        "rulebook": rulebook,
        "kinds": [(kind, rulebook.severities[kind], EXPLAINED[kind]) for kind in ConflictKind],
        "cooldowns": [
            (tier, int(span.total_seconds() // 3600)) for tier, span in sorted(rulebook.cooldown.items())
        ],
        "minutes": int(rulebook.back_to_back.total_seconds() // 60),
        "limits": [(limit, facets_words(limit.scope)) for limit in rulebook.limits],
        "notices": [(name, days) for name, days in rulebook.notice.items() if days],
        "versions": versions_told(rulebook_versions()),
        "may_write": holds_everywhere(reader(request), Role.CHANGE_MANAGER),
    }
    return render(request, "calendar/rules.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """Take a new version of the rulebook, with its reason: say what it changes, and then put it in force."""
    if not holds_everywhere(reader(request), Role.CHANGE_MANAGER):
        raise Forbidden(
            "Only a Change Manager over everything changes the calendar's rules.", remedy="Ask one of them."
        )
    current = rulebook_in_force()
    form = RulebookForm(request.POST or None, current=current)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            rulebook = following(current, form.document())
            mark = digest([current.document(), rulebook.document()])
            if request.POST.get("seen") != mark or request.POST.get("step") != "write":
                look = {"edits": edits_between(current, rulebook), "rehearsal": rehearse(rulebook)}
                return render(request, "calendar/rules_form.html", context | look | {"mark": mark})
            made = write_rulebook(
                actor=actor_of(request), document=form.document(), reason=form.cleaned_data["reason"]
            )
        except Invalid as error:
            wrong = {_FIELDS.get(name, name): said for name, said in error.fields.items()}
            add_to_form(form, Invalid(wrong, remedy=error.remedy))
        else:
            said = f"Version {made.version} is in force. All plans are checked by it within a minute."
            messages.success(request, said)
            return redirect("web:calendar-rules")
    return render(request, "calendar/rules_form.html", context, status=422 if form.errors else 200)
