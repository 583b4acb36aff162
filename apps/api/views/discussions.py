"""``/api/v1/changes/<ref>/comments/``: what people say about a change."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.enums import TokenScope
from apps.api.serializers.discussions import CommentingSerializer, CommentSerializer
from apps.api.views.base import Resource
from apps.changes.selectors import change_exists
from apps.discussions.models import Comment
from apps.discussions.rules.subjects import Subject
from apps.discussions.selectors import comments_for, subject_for, thread_for
from apps.discussions.services import reply, start_thread


class Comments(Resource, ListAPIView[Comment]):
    """The comments on a change, newest first."""

    write_scope = TokenScope.CHANGES
    serializer_class = CommentSerializer

    def get_queryset(self) -> QuerySet[Comment]:
        subject = self.subject(self.kwargs["ref"])
        return comments_for(self.user, subject.type, subject.ref)

    @extend_schema(operation_id="changes_comments_list")
    def get(self, request: Request, ref: str) -> Response:  # noqa: ARG002
        """Return the comments on a change, newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="changes_comments_add", request=CommentingSerializer, responses={201: CommentSerializer}
    )
    def post(self, request: Request, ref: str) -> Response:
        """Write a comment. Each person whom it names with @ and their username gets mail."""
        subject = self.subject(ref)
        subject.may_speak.require()
        asked = CommentingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = self.write(subject, **asked.validated_data)
        found = comments_for(self.user, subject.type, subject.ref).get(pk=made.pk)
        return Response(CommentSerializer(found).data, status=status.HTTP_201_CREATED)

    def write(self, subject: Subject, *, text: str, about: str, thread: int | None = None) -> Comment:
        """Answer in a thread of this change, or begin one."""
        if thread is None:
            return start_thread(
                actor=self.actor, subject_type=subject.type, ref=subject.ref, text=text, about=about
            )
        found = thread_for(self.user, subject, thread) or self.missing("thread", str(thread), exists=False)
        return reply(actor=self.actor, thread=found, text=text)

    def subject(self, ref: str) -> Subject:
        """Return the change as what people talk about, or answer 404."""
        return subject_for(self.user, "change", ref) or self.missing("change", ref, exists=change_exists(ref))
