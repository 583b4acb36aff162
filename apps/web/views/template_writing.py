"""Writing templates: a new one, the next version of one, and its end."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core.errors import Invalid, Stale
from apps.playbooks import selectors, services
from apps.playbooks.enums import TemplateKind
from apps.playbooks.models import Template, TemplateVersion
from apps.playbooks.rules import (
    Content,
    Problem,
    Schema,
    Unfit,
    editor_content,
    editor_schema,
    read,
    schema_from_editor,
    shape_of,
)
from apps.web.reader import actor_of
from apps.web.sheets import Sheet, act_of, rearranged
from apps.web.views.asking import Question, ask_why
from apps.web.views.templates import template_of

_BLANK: Content = {"questions": [{}]}
_ACTS = ("save", "preview")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a new template."""
    selectors.edit_decision(actor_of(request)).require()
    return _Editor(request, None).answer()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Write the next version of a template."""
    template = template_of(request, ref)
    selectors.edit_decision(actor_of(request)).require()
    return _Editor(request, template).answer()


class _Editor:
    """The editor of one template, for one request. What is typed lives in the page until it is saved."""

    def __init__(self, request: HttpRequest, template: Template | None) -> None:
        self.request = request
        self.template = template
        self.current: TemplateVersion | None = selectors.current_version(template) if template else None
        self.asked = editor_schema(new=template is None)
        self.problems: list[Problem] = []
        self.focus = ""
        # The version that the person read: what they write replaces that one, and no later one unseen.
        self.read_version = request.POST.get("version", str(template.version) if template else "")

    def answer(self) -> HttpResponse:
        """Show the editor, or do what was asked for."""
        if self.request.method != "POST":
            return self._shown(editor_content(self.current.schema) if self.current else _BLANK)
        act = act_of(self.request.POST)
        content = read(shape_of(self.asked), self.request.POST)
        if act.verb not in _ACTS:
            content, self.focus = rearranged(shape_of(self.asked), content, act)
            return self._shown(content)
        schema = self._schema(content, previewing=act.verb == "preview")
        if schema is None or act.verb == "preview":
            return self._shown(content, status=422 if self.problems else 200)
        return self._saved(content, schema)

    def _schema(self, content: Content, *, previewing: bool = False) -> Schema | None:
        """Return the schema that was typed, or None with the problems. A preview waits for no note."""
        given = content if not previewing else {"note": "Preview", **content}
        try:
            return schema_from_editor(given, new=self.template is None)
        except Unfit as error:
            self.problems = error.problems
            return None

    def _saved(self, content: Content, schema: Schema) -> HttpResponse:
        try:
            template = self._written(content, schema)
        except Stale as error:
            self.read_version = str(self.template.version) if self.template else ""
            self.problems = [
                Problem(("note",), f"{error.reason} Yours is still here: save again to put it on top.")
            ]
            return self._shown(content, status=409)
        except Invalid as error:
            self.problems = [Problem((name,), text) for name, texts in error.fields.items() for text in texts]
            return self._shown(content, status=422)
        messages.success(self.request, f"Version {template.version} is in force.")
        return redirect("web:template", template.ref)

    def _written(self, content: Content, schema: Schema) -> Template:
        actor = actor_of(self.request)
        if self.template is None:
            kind = TemplateKind.values[TemplateKind.labels.index(content["kind"])]
            return services.add_template(actor=actor, kind=kind, schema=schema)
        number = self.read_version
        return services.write_template(
            actor=actor,
            template=self.template,
            schema=schema,
            note=content["note"],
            version=int(number) if number.isdecimal() and len(number) < 6 else 0,
        )

    def _shown(self, content: Content, status: int = 200) -> HttpResponse:
        problems = self.problems
        schema = self._schema(content, previewing=True)
        waits, self.problems = self.problems, problems
        context: dict[str, Any] = {
            "template": self.template,
            "version": self.current,
            "read_version": self.read_version,
            "sheet": Sheet(shape_of(self.asked), content, problems, focus=self.focus),
            "preview": Sheet(shape_of(schema), {}, prefix="try") if schema else None,
            "waits": [] if schema else Sheet(shape_of(self.asked), content, waits).problems,
            "has_errors": bool(problems),
            "cancel": reverse("web:template", args=[self.template.ref])
            if self.template
            else reverse("web:templates"),
        }
        return render(self.request, "playbooks/editor.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask why, and then retire a template."""
    template = template_of(request, ref)
    selectors.edit_decision(actor_of(request)).require()
    asked = Question(
        question=f"Retire the template {template.ref}?",
        consequence="Nobody begins a document with it any more. What was written with it stays, and open drafts "
        "can be finished.",
        label="Why is it retired, and what is used instead?",
        verb="Retire the template",
        done="The template is retired.",
        back=reverse("web:template", args=[template.ref]),
        danger=True,
    )
    return ask_why(
        request,
        asked,
        lambda reason: services.retire_template(actor=actor_of(request), template=template, reason=reason),
    )
