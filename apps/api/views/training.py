"""``/api/v1/training/``: what people of a role must know, and who completed it until when."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.accounts.models import User
from apps.accounts.selectors import active_person
from apps.api.serializers.training import (
    CompletionSerializer,
    ConfirmCourseSerializer,
    CourseReasonSerializer,
    CourseSerializer,
    RecordCompletionsSerializer,
    TaughtSerializer,
    WriteCourseSerializer,
)
from apps.api.views.base import Resource
from apps.core.errors import Invalid
from apps.playbooks.models import Completion, Course, CourseVersion
from apps.playbooks.rules import Taught
from apps.playbooks.selectors import (
    completion_for,
    completions_of,
    confirm_decision,
    course_exists,
    course_for,
    course_in_force,
    courses_visible_to,
    record_decision,
    write_courses_decision,
)
from apps.playbooks.services import (
    add_course,
    confirm_course,
    record_completions,
    retire_course,
    withdraw_completion,
    write_course,
)


class Courses(Resource, ListAPIView[CourseVersion]):
    """The courses with their versions in force, those in use first."""

    write_scope = TokenScope.PLAYBOOKS
    serializer_class = CourseSerializer

    def get_queryset(self) -> QuerySet[CourseVersion]:
        return courses_visible_to(self.user)

    @extend_schema(request=TaughtSerializer, responses={201: CourseSerializer})
    def post(self, request: Request) -> Response:
        """Add a course, in its first version."""
        write_courses_decision(self.actor).require()
        said = TaughtSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        made = add_course(actor=self.actor, **_taught(said.validated_data))
        return Response(_shown(made), status=status.HTTP_201_CREATED)


class CourseResource(Resource):
    """One course by its reference, such as TRN-1."""

    write_scope = TokenScope.PLAYBOOKS

    def course(self, ref: str) -> Course:
        return course_for(self.user, ref) or self.missing("course", ref, exists=course_exists(ref))


class CourseDetail(CourseResource):
    @extend_schema(operation_id="training_read", responses=CourseSerializer)
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Return a course as it stands."""
        return Response(_shown(self.course(ref)))

    @extend_schema(request=WriteCourseSerializer, responses=CourseSerializer)
    def put(self, request: Request, ref: str) -> Response:
        """Write the next version. ``version`` is the one that was read; 409 when there is a newer one."""
        course = self.course(ref)
        write_courses_decision(self.actor).require()
        asked = WriteCourseSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        written = write_course(
            actor=self.actor,
            course=course,
            note=given["note"],
            version=given.get("version"),
            **_taught(given),
        )
        return Response(_shown(written))


class RetireCourse(CourseResource):
    @extend_schema(request=CourseReasonSerializer, responses=CourseSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Retire a course. Who completed it stays on record."""
        course = self.course(ref)
        write_courses_decision(self.actor).require()
        asked = CourseReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        done = retire_course(actor=self.actor, course=course, reason=asked.validated_data["reason"])
        return Response(_shown(done))


class ConfirmCourse(CourseResource):
    @extend_schema(request=ConfirmCourseSerializer, responses=CompletionSerializer)
    def post(self, request: Request, ref: str) -> Response:
        """Say that one has read a course today. Twice is once; 409 when another version is in force."""
        course = self.course(ref)
        confirm_decision(self.actor, course_in_force(course)).require()
        asked = ConfirmCourseSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = confirm_course(actor=self.actor, course=course, version=asked.validated_data["version"])
        return Response(CompletionSerializer(made).data)


class Completions(CourseResource, ListAPIView[Completion]):
    """Who completed a course, newest first; what was withdrawn says so."""

    serializer_class = CompletionSerializer

    def get_queryset(self) -> QuerySet[Completion]:
        return completions_of(self.course(self.kwargs["ref"])).select_related("version__course")

    @extend_schema(request=RecordCompletionsSerializer, responses={201: CompletionSerializer(many=True)})
    def post(self, request: Request, ref: str) -> Response:
        """Record that people completed it on a day."""
        course = self.course(ref)
        record_decision(self.actor, course).require()
        asked = RecordCompletionsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        made = record_completions(
            actor=self.actor,
            course=course,
            people=[_named(name, "people") for name in dict.fromkeys(given["people"])],
            completed_on=given["completed_on"],
            evidence=given["evidence"],
        )
        return Response(CompletionSerializer(made, many=True).data, status=status.HTTP_201_CREATED)


class WithdrawCompletion(CourseResource):
    @extend_schema(request=CourseReasonSerializer, responses=CompletionSerializer)
    def post(self, request: Request, ref: str, number: int) -> Response:
        """Withdraw a completion, as if it had never counted. It stays on record, with why."""
        course = self.course(ref)
        record_decision(self.actor, course).require()
        found = completion_for(course, number)
        if found is None:
            raise NotFound
        asked = CourseReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        done = withdraw_completion(actor=self.actor, completion=found, reason=asked.validated_data["reason"])
        return Response(CompletionSerializer(done).data)


def _taught(given: dict[str, Any]) -> dict[str, Any]:
    taught = Taught(given["title"], given["teaches"], tuple(given["roles"]), given["days"], given["own_word"])
    return {"taught": taught, "owner": _named(given["owner"], "owner")}


def _named(username: str, field: str) -> User:
    found = active_person(username)
    if found is None:
        raise Invalid({field: [f"There is nobody here with the user name “{username}”."]})
    return found


def _shown(course: Course) -> object:
    return CourseSerializer(course_in_force(course)).data
