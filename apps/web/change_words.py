"""What each step of a change is called on its page, and what a person is told before and after taking it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Act:
    """A step as a page offers it. ``asks`` is the label of its reason, empty when it needs none.

    ``leads`` marks the step that a person most likely came for: it becomes the page's primary button.
    """

    event: str
    slug: str
    verb: str
    question: str
    consequence: str
    done: str
    icon: str
    asks: str = ""
    danger: bool = False
    leads: bool = False


ACTS = {
    act.event: act
    for act in [
        Act(
            "submit",
            "submit",
            "Submit for approval",
            "Submit {ref} for approval?",
            "Its content is frozen as a revision, its window is booked, and everyone who must sign is asked at once.",
            "{ref} is submitted. Everyone who must sign has been asked.",
            "upload",
            leads=True,
        ),
        Act(
            "start",
            "start",
            "Start the change",
            "Start {ref} now?",
            "The start time is written down and the calendar shows it as under way. The first step begins.",
            "{ref} has started.",
            "player-play",
            leads=True,
        ),
        Act(
            "complete",
            "complete",
            "Complete the change",
            "Is {ref} done as planned?",
            "The end time is written down, the window is given back, and its review opens.",
            "{ref} is completed. Its review is open.",
            "circle-check",
            leads=True,
        ),
        Act(
            "close",
            "close",
            "Close the change",
            "Close {ref}?",
            "Nothing more can happen to it. It stays in the ledger and in every list.",
            "{ref} is closed.",
            "lock",
            leads=True,
        ),
        Act(
            "resume",
            "resume",
            "Take off hold",
            "Take {ref} off hold?",
            "It goes back to review. When every signature is there and nothing collides, it is approved at once.",
            "{ref} is off hold.",
            "player-play",
            leads=True,
        ),
        Act(
            "revise",
            "revise",
            "Revise",
            "Take {ref} back to revise it?",
            "It becomes a draft again and its window is given back. A signature keeps counting where "
            "nothing that its role judges changes. Before you submit, you see who is asked again.",
            "{ref} is a draft again.",
            "pencil",
        ),
        Act(
            "roll_back",
            "roll-back",
            "Roll back",
            "Was {ref} rolled back?",
            "The end time is written down, the window is given back, and its review opens.",
            "{ref} is rolled back. Its review is open.",
            "arrow-back-up",
            asks="What did you see that made you go back?",
            danger=True,
        ),
        Act(
            "fail",
            "fail",
            "Mark as failed",
            "Did {ref} fail?",
            "Use this when it could not be completed and was not undone. Its review opens.",
            "{ref} is marked as failed. Its review is open.",
            "circle-x",
            asks="What failed, and how do things stand now?",
            danger=True,
        ),
        Act(
            "hold",
            "hold",
            "Put on hold",
            "Put {ref} on hold?",
            "It stops where it is. It keeps its window and its signatures until you take it off hold.",
            "{ref} is on hold.",
            "player-pause",
            asks="Why, and what would end the hold?",
        ),
        Act(
            "withdraw",
            "withdraw",
            "Withdraw",
            "Withdraw {ref}?",
            "It ends here and cannot be opened again. Its window is given back, and nobody is asked any more.",
            "{ref} is withdrawn.",
            "ban",
            asks="Why is it withdrawn?",
            danger=True,
        ),
    ]
}
GO_AHEAD = Act(
    "go_ahead",
    "go-ahead",
    "Let it go ahead now",
    "Let {ref} go ahead now?",
    "It may start before everyone has signed. Those passed over are told at once and sign afterwards.",
    "",
    "alert-triangle",
    danger=True,
)
"""Has a page of its own: it is a signature."""
BY_SLUG = {act.slug: act for act in ACTS.values()}
