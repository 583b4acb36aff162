"""Documents, standard changes and a policy that people write."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

from apps.accounts.models import User
from apps.approvals.rules import FIRST_POLICY
from apps.approvals.services import propose_policy
from apps.changes import services as changes
from apps.changes.models import Change, Standard
from apps.core import clock
from apps.playbooks import services as playbooks
from apps.playbooks.models import Completion, Course, Playbook, Template
from apps.playbooks.rules import Taught
from apps.playbooks.selectors import current_version
from demo.load import live
from demo.signing import actor
from demo.standards import approve_standard, told
from demo.stories import STORIES
from tests.e2e.organisation.finding import Names, of_state
from tests.playbooks.playbook import SAID

ROLLBACK = {
    "version": "credit-risk 2, digest 4be1",
    "kept": True,
    "signs": [
        {"sign": "Approvals fall by 2 points in an hour", "where": "The loan board", "automatic": False}
    ],
    "decides": "The owner of loan-decision, on watch all night",
    "steps": [
        {"do": "Point the alias at version 2", "who": "On watch", "minutes": 5, "check": "The board says 2"},
        {"do": "Empty the cache of scores", "who": "On watch", "minutes": 10, "check": "Its size is 0"},
    ],
    "minutes": 15,
    "answers": "They stand. Those near the bound are looked at by hand.",
    "data": "Nothing",
    "after": "We always can",
}


def write_documents() -> Names:
    """Write a rollback plan and two drafts; the template gets a newer version, and one draft moves there."""
    manager, who = actor("leila.haddad"), actor("amara.okafor")
    template = Template.objects.get(kind="rollback_plan")
    made = []
    for title in ("Back to credit-risk 2", "Back, once more", "Back, a third time"):
        document = playbooks.start_document(actor=who, template=template)
        made.append(playbooks.save_document(actor=who, document=document, title=title, content=ROLLBACK))
    playbooks.finish_document(actor=who, document=made[0])
    changes.attach_document(actor=who, change=of_state("in_review"), document=made[0])
    again = playbooks.start_document(actor=who, template=template)
    playbooks.save_document(actor=who, document=again, title="For another change", content=ROLLBACK)
    playbooks.finish_document(actor=who, document=again)
    schema = current_version(template).schema
    schema["properties"]["after"]["enum"] = ["Yes, always", "Not after a known moment"]
    schema["properties"]["after"]["title"] = "Can we always go back?"
    playbooks.write_template(
        actor=manager, template=template, schema=schema, note="The choices are questions."
    )
    playbooks.move_document(actor=who, document=made[1])
    retired = playbooks.add_template(
        actor=manager, kind="communication_plan", schema=schema | {"title": "Telling everybody"}
    )
    playbooks.retire_template(actor=manager, template=retired, reason="The other asks what matters.")
    return {
        "template": template.ref,
        "template_retired": retired.ref,
        "document": made[0].ref,
        "document_moved": made[1].ref,
        "document_draft": made[2].ref,
    }


def playbook() -> Names:
    """Retire a second playbook beside the one of the organisation."""
    manager = actor("leila.haddad")
    retired = playbooks.add_playbook(actor=manager, content=SAID)
    playbooks.retire_playbook(actor=manager, playbook=retired, reason="The other one asks what matters.")
    return {"playbook": "PB-1", "playbook_retired": retired.ref} | _drills()


def _drills() -> Names:
    """Plan three drills of the playbook of the organisation: start one of them, and cancel another."""
    who, playbook = actor("amara.okafor"), Playbook.objects.get(number=1)
    made = [
        playbooks.plan_drill(
            actor=who,
            playbook=playbook,
            purpose="Go back within the hour.",
            planned_for=clock.now() + timedelta(days=2),
            components=["model:default/credit-risk"],
            targets={"submitted": 30},
        )
        for _ in range(3)
    ]
    change = changes.start_drill(actor=who, drill=made[1])
    changes.cancel_drill(actor=who, drill=made[2], reason="An incident came first.")
    return {
        "drill": made[0].ref,
        "drill_running": made[1].ref,
        "drill_cancelled": made[2].ref,
        "rehearsal": change.ref,
    }


def training() -> Names:
    """Write a second version of a course, and retire another one."""
    manager, owner = actor("leila.haddad"), User.objects.get(username="leila.haddad")
    course = Course.objects.get(number=1)
    said = Taught("Validating models", "Two days.", ("validator",), 365)
    playbooks.write_course(actor=manager, course=course, taught=said, owner=owner, note="Shorter.")
    retired = playbooks.add_course(actor=manager, taught=said, owner=owner)
    playbooks.retire_course(actor=manager, course=retired, reason="The other one is enough.")
    completion = Completion.objects.get(version__course=course)
    return {
        "course": course.ref,
        "course_read": "TRN-2",
        "course_retired": retired.ref,
        "completion": f"{completion.pk}",
    }


def propose_rules() -> str:
    """Have a change manager propose that two sponsors sign what is risky, and return the version's name."""
    document = deepcopy(FIRST_POLICY)
    two = {
        "id": "two-sponsors",
        "risks": ["high", "severe"],
        "quorum": {"count": 2},
        "why": "The risk is high.",
    }
    document["rules"].insert(0, document["rules"][0] | two)
    made = propose_policy(actor=actor("leila.haddad"), document=document, reason="Two look closer than one.")
    return made.ref


def standards() -> Names:
    """Have a standard change in each state, a draft that is within one, and a change that left its own."""
    now = clock.now().replace(second=0, microsecond=0)
    story = next(one for one in STORIES if one.change_class == "standard")
    wrong = replace(
        story,
        title="Publish returns that came late",
        items=[(story.items[0][0], "2026-10")],
        end="rolled_back",
        reason="One store sent its returns twice.",
        lesson=None,
        opens=0,
        at="now",
    )
    approve_standard(wrong, actor("noor.rahimi"), now)
    live(replace(wrong, end="in_review", hours=3, opens=29, at="05:00", unsigned=("sponsor", "steward")), now)
    left = Change.objects.latest("number").ref
    live(wrong, now)
    amara, leila = actor("amara.okafor"), actor("leila.haddad")
    first = Standard.objects.get(number=1)
    given = told(story, now)
    second = changes.write_standard(actor=leila, given=replace(given, most_minutes=90), standard=first)
    changes.propose_standard(actor=leila, version=second, reason="An hour was short in March.")
    drafted = changes.write_standard(actor=amara, given=replace(given, title="Publish returns by store"))
    retired = changes.write_standard(actor=leila, given=replace(given, title="Publish returns by hand"))
    changes.retire_standard(actor=leila, standard=retired.standard, reason="The pipeline does it.")
    return {
        "standard": first.ref,
        "standard_suspended": Standard.objects.get(number=2).ref,
        "standard_draft": drafted.standard.ref,
        "standard_retired": retired.standard.ref,
        "from_standard": changes.start_from_standard(actor=amara, standard=first).ref,
        "left": left,
    }
