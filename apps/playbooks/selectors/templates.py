"""Templates and their versions, for whoever holds any role."""

from django.db.models import F, QuerySet

from apps.accounts.enums import GrantScope
from apps.accounts.models import User
from apps.accounts.selectors import grants_of, with_any_role
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision
from apps.playbooks.enums import UseState
from apps.playbooks.models import Template, TemplateVersion
from apps.playbooks.rules import Difference, differences_between, may_edit_templates
from apps.playbooks.selectors.naming import number_in


def templates_visible_to(user: User) -> QuerySet[TemplateVersion]:
    """Return each template's version in force, retired ones last; none without a role."""
    versions = TemplateVersion.objects.filter(with_any_role(user), number=F("template__version"))
    return versions.select_related("template", "written_by").order_by("template__state", "template__number")


def templates_in_use(user: User) -> QuerySet[TemplateVersion]:
    """Return the versions in force of the templates that a new document can be written with."""
    return templates_visible_to(user).filter(template__state=UseState.ACTIVE)


def template_for(user: User, ref: str) -> Template | None:
    """Return a template by its reference ("TPL-3"), or None when there is none that the person may see."""
    found = Template.objects.filter(with_any_role(user), number__in=number_in(ref, Template.PREFIX))
    return found.select_related("retired_by").first()


def template_exists(ref: str) -> bool:
    """Return whether there is such a template, whoever may see it; for the record of a denial alone."""
    return Template.objects.filter(number__in=number_in(ref, Template.PREFIX)).exists()


def versions_of(template: Template) -> QuerySet[TemplateVersion]:
    """Return all versions of a template, newest first, with who wrote them."""
    return template.versions.select_related("written_by")


def current_version(template: Template) -> TemplateVersion:
    """Return the version in force."""
    return template.versions.get(number=template.version)


def differences(before: TemplateVersion, after: TemplateVersion) -> list[Difference]:
    """Return what is different between two versions of a template."""
    return differences_between(before.schema, after.schema)


def edit_decision(actor: Actor) -> Decision:
    """Say whether an actor may write and retire templates. The portal's own jobs may: they load what it ships."""
    if not isinstance(actor.user, User):
        return ALLOWED
    held = {grant.role for grant in grants_of(actor.user) if grant.scope == GrantScope.EVERYTHING}
    return may_edit_templates(held)
