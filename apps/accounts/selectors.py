"""Who is here, and what each person may answer for at a given instant."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import BooleanField, Case, Exists, Q, QuerySet, When

from apps.accounts.enums import WORKING_ROLES, GrantScope, Role
from apps.accounts.models import ApiToken, RoleGrant, SavedView, Team, User
from apps.accounts.rules import OwnedComponent, reaches
from apps.core import clock


def active_person(username: str) -> User | None:
    """Return the person with this username who may sign in, or None."""
    return User.objects.filter(username=username, is_active=True).first()


def person_named(username: str) -> User | None:
    """Return the person with this username, active or not, or None."""
    return User.objects.filter(username=username).first()


def standing_grants(
    user: User, role: str, *, team: Team | None = None, component_key: str = ""
) -> list[RoleGrant]:
    """Return a person's grants of a role with exactly this scope that hold now or are still to come."""
    scope = GrantScope.TEAM if team else GrantScope.COMPONENT if component_key else GrantScope.EVERYTHING
    found = RoleGrant.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=clock.now()),
        user=user,
        role=role,
        scope=scope,
        team=team,
        component_key=component_key,
        revoked_at=None,
    )
    return list(found.order_by("pk"))


def active_people() -> QuerySet[User]:
    """Return everyone who may sign in, by name."""
    return User.objects.filter(is_active=True).order_by("first_name", "last_name", "username")


def active_grants(at: datetime | None = None) -> QuerySet[RoleGrant]:
    """Return every grant in force at an instant (now, when none is given) and held by an active person."""
    moment = at or clock.now()
    return RoleGrant.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=moment),
        Q(revoked_at=None) | Q(revoked_at__gt=moment),
        valid_from__lte=moment,
        user__is_active=True,
    )


def grants_of(user: User, at: datetime | None = None) -> list[RoleGrant]:
    """Return the grants that a person holds at an instant, with their teams, in a stable order."""
    if at is None and user.grants_now is not None:
        return user.grants_now
    return list(active_grants(at).filter(user=user).select_related("team").order_by("role", "scope", "pk"))


def remember_grants(user: User) -> None:
    """Read a person's grants once, for a page that only shows: it asks for them in many places.

    They stay with this object of the person. Nothing that writes may rest on them: it asks anew.
    """
    user.grants_now = grants_of(user)


def has_role(user: User, role: str, component: OwnedComponent | None = None) -> bool:
    """Return whether a person holds a role now, over this component or, with none given, over anything."""
    return any(
        grant.role == role and (component is None or reaches(grant, component.key, component.owner_team_id))
        for grant in grants_of(user)
    )


def holds_everywhere(user: User, role: str) -> bool:
    """Return whether a person holds a role over everything now."""
    return any(grant.role == role and grant.scope == GrantScope.EVERYTHING for grant in grants_of(user))


def with_any_role(user: User) -> Q:
    """Return the condition that a person holds any role now, which costs no query of its own.

    Without a role they see nothing of the changes.
    """
    if user.grants_now is None:
        return Q(Exists(active_grants().filter(user=user)))
    # Not an empty Q: "empty or x" is x, which would let a person see less than they may.
    return ~Q(pk__in=[]) if user.grants_now else Q(pk__in=[])


def holds_any_role(user: User) -> bool:
    """Return whether a person holds any role now."""
    return bool(grants_of(user))


def works_on_changes(user: User) -> bool:
    """Return whether a person proposes, approves or manages changes of anything now. Others read, at most."""
    return any(grant.role in WORKING_ROLES for grant in grants_of(user))


def with_work_on_changes(user: User) -> Exists:
    """Return the condition that a person ``works_on_changes``, for a query that is made anyway."""
    return Exists(active_grants().filter(user=user, role__in=WORKING_ROLES))


def usernames_of(numbers: Collection[int]) -> dict[int, str]:
    """Return the user names of these people, by number; one query, none for nobody."""
    return dict(User.objects.filter(pk__in=numbers).values_list("pk", "username")) if numbers else {}


def people_with_role(role: str, component_key: str = "", team_id: int | None = None) -> QuerySet[User]:
    """Return the active people who hold a role over a component, named by its key and its owner team.

    With neither given, only grants over everything count: nobody judges the whole by holding a part.
    """
    scope = Q(scope=GrantScope.EVERYTHING)
    if team_id is not None:
        scope |= Q(scope=GrantScope.TEAM, team_id=team_id)
    if component_key:
        scope |= Q(scope=GrantScope.COMPONENT, component_key=component_key)
    return User.objects.filter(pk__in=active_grants().filter(scope, role=role).values("user_id"))


def roles_of(user: User, at: datetime | None = None) -> list[Role]:
    """Return the roles a person holds, each once, in the order of the enum."""
    held = {grant.role for grant in grants_of(user, at)}
    return [role for role in Role if role.value in held]


def teams() -> QuerySet[Team]:
    """Return all teams with their escalation contacts."""
    return Team.objects.select_related("escalation_contact")


def teams_of(user: User) -> QuerySet[Team]:
    """Return the teams that a person works in."""
    return Team.objects.filter(members=user)


def teams_to_share_with(user: User) -> QuerySet[Team]:
    """Return the teams that a person may share a view with: their own, and every team for a Change Manager over all."""
    return Team.objects.all() if holds_everywhere(user, Role.CHANGE_MANAGER) else teams_of(user)


def team_named(slug: str) -> Team | None:
    """Return the team with this slug, or None."""
    return Team.objects.filter(slug=slug).first()


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """Return a person's own tokens, newest first; revoked and expired ones stay listed."""
    return ApiToken.objects.filter(user=user)


def token_of(user: User, prefix: str) -> ApiToken | None:
    """Return a person's own token by its public prefix, or None."""
    return tokens_of(user).filter(prefix=prefix).first()


def token_exists(prefix: str) -> bool:
    """Return whether anybody has a token with this prefix, so that a refused look can be told from a wrong address."""
    return ApiToken.objects.filter(prefix=prefix).exists()


def saved_views_of(user: User, page: str) -> QuerySet[SavedView]:
    """Return a person's own views of a page, by name."""
    return SavedView.objects.filter(user=user, page=page)


def views_for(user: User, page: str) -> QuerySet[SavedView]:
    """Return a person's own views of a page and those that their teams share, own ones first, then by name."""
    seen = SavedView.objects.filter(Q(user=user) | Q(shared_with__in=teams_of(user).values("pk")), page=page)
    own = Case(When(user=user, then=True), default=False, output_field=BooleanField())
    return seen.select_related("user", "shared_with").annotate(own=own).order_by("-own", "name", "pk")


def saved_view_of(user: User, number: int) -> SavedView | None:
    """Return a person's own view, or None."""
    return SavedView.objects.filter(user=user, pk=number).first()


@dataclass(frozen=True)
class SecondFactors:
    """What a person proves who they are with, beside their password: an app that shows codes, and passkeys."""

    code: Authenticator | None = None
    passkeys: list[Authenticator] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.code or self.passkeys)


def second_factors_of(user: User) -> SecondFactors:
    """Return a person's second factors, oldest first; one query."""
    found = list(Authenticator.objects.filter(user=user).order_by("pk"))
    return SecondFactors(
        code=next((one for one in found if one.type == Authenticator.Type.TOTP), None),
        passkeys=[one for one in found if one.type == Authenticator.Type.WEBAUTHN],
    )


def second_factor_of(user: User, pk: int) -> Authenticator | None:
    """Return one of a person's own second factors, or None."""
    return Authenticator.objects.filter(user=user, pk=pk).select_related("user").first()


def second_factor_exists(pk: int) -> bool:
    """Return whether there is such a second factor, so that a refused look can be told from a wrong address."""
    return Authenticator.objects.filter(pk=pk).exists()
