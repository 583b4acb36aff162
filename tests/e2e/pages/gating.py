"""The gates of a change, its evidence, what the gate was asked, the checks and the rules."""

from tests.e2e.pages.look import AMARA, FEMI, HENRIK, NEW, NOOR, TOMASZ, Area, Look, empty

DIEGO = "diego.fuentes"

GATES: Area = {
    "web:change-gates": [
        Look("/changes/{in_review}/gates/", AMARA),
        Look("/changes/{in_review}/gates/", FEMI),
        Look("/changes/{approved}/gates/", NOOR),
        Look("/changes/{revised}/gates/", NOOR),
        Look("/changes/{closed}/gates/"),
        Look("/changes/{draft}/gates/", AMARA),
    ],
    "web:change-gates-asked": [
        Look("/changes/{in_review}/gates/asked/", AMARA),
        Look("/changes/{closed}/gates/asked/", FEMI),
    ],
    "web:change-evidence": [
        Look("/changes/{in_review}/evidence/", AMARA),
        Look("/changes/{closed}/evidence/", FEMI),
        empty("/changes/{in_review}/evidence/", AMARA),
    ],
    "web:evidence": [
        Look("/evidence/{report}/", AMARA),
        Look("/evidence/{report}/?outcome=measured", TOMASZ),
        Look("/evidence/{report_failed}/", FEMI),
    ],
    "web:gate-decision": [
        Look("/gate/{gate_pass}/", AMARA),
        Look("/gate/{gate_closed}/", TOMASZ),
    ],
    "web:checks": [Look("/checks/"), Look("/checks/", AMARA), Look("/checks/", NEW, 403)],
    "web:checks-version": [
        Look("/checks/1/", FEMI),
        Look("/checks/2/", AMARA),
        Look("/checks/3/"),
        Look("/checks/3/", DIEGO),
    ],
    "web:checks-new": [
        Look("/checks/new/"),
        Look("/checks/new/", AMARA, 403),
        empty("/checks/new/", document='{"checks": [{}]}', reason="Because."),
    ],
    "web:rules": [Look("/rules/"), Look("/rules/", AMARA), Look("/rules/", NEW, 403)],
    "web:rule": [
        Look("/rules/rollback-plan-there/"),
        Look("/rules/rollback-plan-there/?change={in_review}", AMARA),
    ],
    "web:rules-version": [
        Look("/rules/versions/1/", FEMI),
        Look("/rules/versions/2/"),
        Look("/rules/versions/3/"),
    ],
    "web:rules-draft": [
        Look("/rules/draft/"),
        Look("/rules/draft/", AMARA, 403),
    ],
    "web:rules-draft-rule": [
        Look("/rules/draft/1/"),
        empty("/rules/draft/1/", step="check", expression="change.tir == 1"),
    ],
    "web:rules-draft-add": [Look("/rules/draft/add/")],
    "web:rules-decided": [Look("/rules/draft/decided/"), Look("/rules/draft/decided/", AMARA, 403)],
    "web:rules-dry-run": [
        Look("/rules/dry-runs/{dry_run}/"),
        Look("/rules/dry-runs/{dry_run}/?way=freed", AMARA),
        Look("/rules/dry-runs/{dry_run_open}/", FEMI),
    ],
    "web:rule-waivers": [Look("/rules/waivers/"), Look("/rules/waivers/", AMARA)],
    "web:rule-waiver": [Look("/rules/waivers/1/"), Look("/rules/waivers/1/", AMARA)],
    "web:rule-waiver-new": [
        Look("/rules/waivers/new/?rule=rollback-plan-there", AMARA),
        empty("/rules/waivers/new/", AMARA, reason="Because."),
    ],
    "web:inbox-item": [Look("/inbox/{to_check}/", DIEGO), Look("/inbox/{to_waive}/", HENRIK)],
}
