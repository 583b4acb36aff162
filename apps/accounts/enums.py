"""Roles and the scopes in which they are held."""

from django.db import models


class Role(models.TextChoices):
    """What a person may answer for. The four approving roles come first (DESIGN 1)."""

    SPONSOR = "sponsor", "Change Sponsor"
    STEWARD = "steward", "Data Steward"
    VALIDATOR = "validator", "Model Validator"
    OWNER = "owner", "Service Owner"
    REQUESTER = "requester", "Requester"
    CHANGE_MANAGER = "change_manager", "Change Manager"
    EXECUTIVE = "executive", "Executive"
    AUDITOR = "auditor", "Auditor"


APPROVING_ROLES = (Role.SPONSOR, Role.STEWARD, Role.VALIDATOR, Role.OWNER)
WORKING_ROLES = (*APPROVING_ROLES, Role.REQUESTER, Role.CHANGE_MANAGER)
"""Whoever has a hand in changes. The others look: they ask for nothing that is kept."""


class GrantScope(models.TextChoices):
    """How far a grant reaches."""

    EVERYTHING = "everything", "Everything"
    TEAM = "team", "A team's components"
    COMPONENT = "component", "One component"


class TokenScope(models.TextChoices):
    """What an API token may be used for; never more than its person may do."""

    READ = "read", "Read"
    CATALOG = "catalog", "Write the catalog"
    CHANGES = "changes", "Propose and run changes"
    APPROVALS = "approvals", "Sign approvals"
    CALENDAR = "calendar", "Plan freezes"
    EVIDENCE = "evidence", "Send evidence and ask the gate"
    RULES = "rules", "Write rules and ask for waivers"
    CARDS = "cards", "Edit model cards"
    REVIEWS = "reviews", "Write reviews"
    PLAYBOOKS = "playbooks", "Write playbooks and record trainings"
    EXPORTS = "exports", "Ask for exports"
