"""What the rules will say of a draft once it is submitted, as far as its plan alone settles it."""

from apps.changes.models import Change
from apps.changes.selectors import facts_of_plan, items_of
from apps.gates.rules import counting, waived_rules
from apps.policy.enums import Outcome, Stage
from apps.policy.rules import Result, judge, sheet_of
from apps.policy.selectors import rules_as_of, waivers_now


def foreseen(change: Change) -> list[Result]:
    """Return the rules of a submission that a draft does not meet, the gravest first.

    It is held to the rules in force now, as it would be if it were submitted. A rule over what nobody knows before
    that, such as what is measured or who signs, says nothing yet.
    """
    _, rules = rules_as_of(None)
    keys = [item.component.key for item in items_of(change)]
    waivers = counting(waivers_now([change.ref, *keys]), {change.requester_id})
    verdict = judge(
        rules,
        sheet_of(facts_of_plan(change)),
        stages=(Stage.SUBMISSION,),
        waived=waived_rules(rules.rules, waivers, change.ref, keys),
    )
    return [one for one in verdict.reasons if one.outcome == Outcome.NOT_MET]
