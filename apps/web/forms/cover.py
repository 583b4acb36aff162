"""Who signs in one's place."""

from typing import Any

from django import forms

from apps.accounts.models import RoleGrant, Team, User
from apps.accounts.selectors import active_people, teams
from apps.web.forms.ledger import day_field

ALL = "all"


class CoverForm(forms.Form):
    """Who signs, for which days, and for what of that which one holds. What is wrong with it, the service says."""

    delegate = forms.ChoiceField(label="Who signs for you")
    first = day_field("First day")
    last = day_field("Last day", help_text="The whole day counts, by the clocks of your time zone.")
    what = forms.ChoiceField(label="For what", widget=forms.RadioSelect, initial=ALL)
    team = forms.ChoiceField(
        label="Only one team's components", required=False, help_text="Leave it empty for all that you chose."
    )

    def __init__(self, *args: Any, user: User, grants: list[RoleGrant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._grants = {str(grant.pk): grant for grant in grants}
        self._teams = {team.slug: team for team in teams()}
        people = active_people().exclude(pk=user.pk)
        self._people = {person.username: person for person in people}
        self.fields["delegate"].choices = [  # type: ignore[attr-defined]
            ("", "Choose a person"),
            *((name, str(person)) for name, person in self._people.items()),
        ]
        self.fields["team"].choices = [  # type: ignore[attr-defined]
            ("", "All of it"),
            *((slug, team.name) for slug, team in self._teams.items()),
        ]
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            (ALL, "I am away: everything that I sign"),
            *((pk, said(grant)) for pk, grant in self._grants.items()),
        ]

    def order(self) -> dict[str, Any]:
        """Return what the service takes."""
        given = self.cleaned_data
        grant = self._grants.get(given["what"])
        team: Team | None = self._teams.get(given["team"])
        narrowed = team is not None
        return {
            "delegate": self._people[given["delegate"]],
            "first": given["first"],
            "last": given["last"],
            "role": grant.role if grant else "",
            "team": team or (grant.team if grant else None),
            "component_key": grant.component_key if grant and not narrowed else "",
            "away": grant is None,
        }


def said(grant: RoleGrant) -> str:
    """Return a grant as a choice: “Data Steward, for components of Risk”."""
    where = f"components of {grant.team}" if grant.team else grant.component_key or "everything"
    return f"{grant.get_role_display()}, for {where}"
