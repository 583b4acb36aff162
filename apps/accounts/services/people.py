"""People and the teams they work in."""

from collections.abc import Collection, Mapping

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from apps.accounts.models import Team, User
from apps.accounts.services.tokens import revoke_all_tokens
from apps.audit.services import record_event
from apps.core.actors import Actor
from apps.core.clock import zone_names
from apps.core.errors import Conflict, Forbidden, IllegalTransition, Invalid


def _only_the_system(actor: Actor) -> None:
    """Refuse people: the list of who exists is kept by operators, with commands."""
    if actor.kind != "system":
        raise Forbidden(
            "The people and teams of the portal are kept by its operators.",
            remedy="Ask whoever runs the portal.",
        )


@transaction.atomic
def create_person(
    *,
    actor: Actor,
    username: str,
    name: str,
    email: str,
    password: str,
    job_title: str = "",
    time_zone: str = "Europe/London",
) -> User:
    """Add a person who signs in with a password.

    Raises:
        Forbidden: the actor is not a job of the system.
        Invalid: the username, the password or the time zone cannot be taken.
        Conflict: someone has this username already.
    """
    _only_the_system(actor)
    first, _, last = name.strip().partition(" ")
    user = User(
        username=username,
        email=email,
        first_name=first,
        last_name=last,
        job_title=job_title,
        time_zone=time_zone,
    )
    _check_time_zone(time_zone)
    user.set_password(password)
    try:
        user.full_clean(exclude=["password"], validate_unique=False)
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(_messages(error)) from error
    if User.objects.filter(username__iexact=username).exists():
        raise Conflict(
            f"There is already a person with the username {username}.", remedy="Choose another username."
        )
    user.save()
    record_event(
        event="person.created",
        actor=actor,
        obj=user,
        private={"username": username, "name": name, "email": email},
    )
    return user


def _messages(error: ValidationError) -> dict[str, list[str]]:
    """Return a Django validation error as fields and their messages; one without fields is the password's."""
    if hasattr(error, "error_dict"):
        return {name: list(messages) for name, messages in error.message_dict.items()}
    return {"password": list(error.messages)}


def _check_time_zone(time_zone: str) -> None:
    if time_zone not in zone_names():
        raise Invalid({"time_zone": [f"“{time_zone}” is not an IANA time zone, such as Europe/London."]})


@transaction.atomic
def change_profile(*, actor: Actor, user: User, time_zone: str) -> User:
    """Change how times are shown to a person.

    Raises:
        Forbidden: it is another person's profile.
        Invalid: the zone is unknown.
    """
    if actor.user is None or actor.user.pk != user.pk:
        raise Forbidden("You change your own profile only.")
    _check_time_zone(time_zone)
    before = user.time_zone
    if before == time_zone:
        return user
    user.time_zone = time_zone
    user.save(update_fields=["time_zone"])
    record_event(
        event="person.profile_changed", actor=actor, obj=user, data={"from": before, "to": time_zone}
    )
    return user


@transaction.atomic
def choose_digest(*, actor: Actor, user: User, wanted: bool) -> User:
    """Let a person leave the weekly digest, or come back to it. Choosing what is so already changes nothing.

    Raises:
        Forbidden: it is another person's.
    """
    if actor.user is None or actor.user.pk != user.pk:
        raise Forbidden("You leave your own digest only.")
    if User.objects.filter(pk=user.pk).exclude(weekly_digest=wanted).update(weekly_digest=wanted):
        record_event(event="person.digest_chosen", actor=actor, obj=user, data={"weekly": wanted})
    user.weekly_digest = wanted
    return user


@transaction.atomic
def note_digests(weeks: Mapping[str, Collection[int]]) -> None:
    """Note of which ISO week ("2026-W47") the digest was looked at for people, by their ids, whether or not it went.

    It says nothing of a change, so it is not in the ledger.
    """
    for week, people in weeks.items():
        User.objects.filter(pk__in=people).update(digest_week=week)


@transaction.atomic
def choose_briefing(*, actor: Actor, user: User, wanted: bool) -> User:
    """Let a person ask for the briefing of each week, or leave it. Choosing what is so already changes nothing.

    Raises:
        Forbidden: it is another person's.
    """
    if actor.user is None or actor.user.pk != user.pk:
        raise Forbidden("You ask for your own briefing only.")
    if User.objects.filter(pk=user.pk).exclude(weekly_briefing=wanted).update(weekly_briefing=wanted):
        record_event(event="person.briefing_chosen", actor=actor, obj=user, data={"weekly": wanted})
    user.weekly_briefing = wanted
    return user


@transaction.atomic
def note_briefing(*, user: User, week: str) -> bool:
    """Note that a person is sent the briefing of an ISO week ("2026-W47"); False when they were, or have left it.

    The caller sends it in the same transaction, so that no two jobs do. It says nothing of a change, so it is not in
    the ledger.
    """
    waiting = User.objects.filter(pk=user.pk, weekly_briefing=True, briefing_week__lt=week)
    return bool(waiting.update(briefing_week=week))


@transaction.atomic
def deactivate_person(*, actor: Actor, user: User) -> User:
    """Close a person's way in: sign-in, sessions and tokens. What they did stays.

    The password is made unusable. That changes the hash that every session carries, so no session survives,
    even if the person is let in again later.
    """
    _only_the_system(actor)
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    revoked = revoke_all_tokens(actor=actor, user=user)
    record_event(event="person.deactivated", actor=actor, obj=user, data={"tokens_revoked": revoked})
    return user


@transaction.atomic
def forget_person(*, actor: Actor, user: User) -> User:
    """Erase the personal data of someone who has left: name, address, job title, names of tokens, second factors.

    Their number stays, and by it everything that they did. Who may ask is judged by the caller.

    Raises:
        IllegalTransition: the person may still sign in.
    """
    if user.is_active:
        raise IllegalTransition(
            f"{user} may still sign in, so their name is needed.", remedy="Take their access away first."
        )
    user.username, user.first_name, user.last_name = f"erased-{user.pk}", "Erased", f"person {user.pk}"
    user.email = user.job_title = ""
    user.save(update_fields=["username", "first_name", "last_name", "email", "job_title"])
    user.api_tokens.update(name="Erased")
    Authenticator.objects.filter(user=user).delete()
    record_event(event="person.erased", actor=actor, obj=user)
    return user


@transaction.atomic
def create_team(
    *,
    actor: Actor,
    slug: str,
    name: str,
    department: str = "",
    cost_centre: str = "",
    escalation_contact: User | None = None,
) -> Team:
    """Add a team. Raises Conflict when the slug is taken."""
    if Team.objects.filter(slug=slug).exists():
        raise Conflict(f"There is already a team called {slug}.")
    team = Team(
        slug=slug,
        name=name,
        department=department,
        cost_centre=cost_centre,
        escalation_contact=escalation_contact,
    )
    team.save()
    record_event(event="team.created", actor=actor, obj=team, data={"slug": slug, "name": name})
    return team


@transaction.atomic
def join_team(*, actor: Actor, user: User, team: Team) -> None:
    """Put a person into a team. A second call changes nothing."""
    if user.teams.filter(pk=team.pk).exists():
        return
    user.teams.add(team)
    record_event(event="person.joined_team", actor=actor, obj=user, data={"team": team.slug})


@transaction.atomic
def set_escalation_contact(*, actor: Actor, team: Team, user: User) -> Team:
    """Name who is told when a team's people do not answer in time. The same person again changes nothing."""
    if team.escalation_contact_id == user.pk:
        return team
    team.escalation_contact = user
    team.save(update_fields=["escalation_contact", "updated_at"])
    record_event(event="team.escalation_contact_set", actor=actor, obj=team, data={"person": str(user.pk)})
    return team
