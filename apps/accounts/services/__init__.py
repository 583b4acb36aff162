"""Writes to people, teams, grants and tokens.

people: create_person, create_team, join_team, set_escalation_contact, change_profile, choose_digest, note_digests,
    choose_briefing, note_briefing,
    deactivate_person, forget_person
grants: grant_role, revoke_role
passwords: password_problem, code_problem
second_factors: add_code_app, add_passkey, remove_second_factor, reset_second_factors, new_passkey_request,
    passkey_request, passkey_problem
tokens: issue_token, revoke_token, authenticate_token
views: save_view, rename_view, share_view, delete_view
sign_in: record_sign_in, record_sign_out, record_failed_sign_in, record_password_change
"""

from apps.accounts.services.grants import grant_role, revoke_role
from apps.accounts.services.passwords import code_problem, password_problem
from apps.accounts.services.people import (
    change_profile,
    choose_briefing,
    choose_digest,
    create_person,
    create_team,
    deactivate_person,
    forget_person,
    join_team,
    note_briefing,
    note_digests,
    set_escalation_contact,
)
from apps.accounts.services.second_factors import (
    add_code_app,
    add_passkey,
    new_passkey_request,
    passkey_problem,
    passkey_request,
    remove_second_factor,
    reset_second_factors,
)
from apps.accounts.services.sign_in import (
    record_failed_sign_in,
    record_password_change,
    record_sign_in,
    record_sign_out,
)
from apps.accounts.services.tokens import authenticate_token, issue_token, revoke_token
from apps.accounts.services.views import delete_view, rename_view, save_view, share_view

__all__ = [
    "add_code_app",
    "add_passkey",
    "authenticate_token",
    "change_profile",
    "choose_briefing",
    "choose_digest",
    "note_briefing",
    "note_digests",
    "code_problem",
    "create_person",
    "create_team",
    "deactivate_person",
    "delete_view",
    "forget_person",
    "grant_role",
    "issue_token",
    "join_team",
    "new_passkey_request",
    "passkey_problem",
    "passkey_request",
    "password_problem",
    "record_failed_sign_in",
    "record_password_change",
    "record_sign_in",
    "record_sign_out",
    "remove_second_factor",
    "rename_view",
    "reset_second_factors",
    "revoke_role",
    "revoke_token",
    "save_view",
    "share_view",
    "set_escalation_contact",
]
