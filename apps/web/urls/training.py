"""Courses, and who completed them."""

from django.urls import URLPattern, path, re_path

from apps.web.views import training, training_writing

_COURSE = r"^training/(?P<ref>TRN-[0-9]{1,9})/"

urlpatterns: list[URLPattern] = [
    path("training/", training.courses, name="training"),
    path("training/mine/", training.mine, name="my-training"),
    path("training/new/", training_writing.new, name="course-new"),
    re_path(rf"{_COURSE}$", training.course, name="course"),
    re_path(rf"{_COURSE}versions/(?P<number>[0-9]{{1,5}})/$", training.version, name="course-version"),
    re_path(rf"{_COURSE}edit/$", training_writing.edit, name="course-edit"),
    re_path(rf"{_COURSE}retire/$", training_writing.retire, name="course-retire"),
    re_path(rf"{_COURSE}record/$", training_writing.record, name="course-record"),
    re_path(rf"{_COURSE}confirm/$", training_writing.confirm, name="course-confirm"),
    re_path(rf"{_COURSE}completions/$", training.completions, name="course-completions"),
    re_path(
        rf"{_COURSE}completions/(?P<number>[0-9]{{1,9}})/withdraw/$",
        training_writing.withdraw,
        name="completion-withdraw",
    ),
]
