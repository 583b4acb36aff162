"""The discussion of a change, and the questions of those who sign."""

from django.urls import URLPattern, path, re_path

from apps.web.views import discussion, questions

_TALK = r"^changes/(?P<ref>CHG-[0-9]{1,9})/discussion/"
_THREAD, _COMMENT = r"(?P<thread>[0-9]{1,15})", r"comments/(?P<comment>[0-9]{1,15})"

urlpatterns: list[URLPattern] = [
    re_path(rf"{_TALK}$", discussion.discussion, name="discussion"),
    re_path(rf"{_TALK}new/$", discussion.start, name="discussion-start"),
    re_path(rf"{_TALK}read/$", discussion.read, name="discussion-read"),
    re_path(rf"{_TALK}{_THREAD}/$", discussion.answer, name="discussion-answer"),
    re_path(rf"{_TALK}{_THREAD}/settle/$", discussion.settle, name="discussion-settle"),
    re_path(rf"{_TALK}{_COMMENT}/edit/$", discussion.edit, name="comment-edit"),
    re_path(rf"{_TALK}{_COMMENT}/withdraw/$", discussion.withdraw, name="comment-withdraw"),
    path("inbox/<int:requirement>/ask/", questions.ask, name="question-ask"),
    path("questions/<int:question>/", questions.question, name="question"),
    path("questions/<int:question>/take-back/", questions.take_back, name="question-take-back"),
]
