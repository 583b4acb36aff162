"""An address under ``/api/v1/`` that leads nowhere answers as a problem too."""

from django.urls import resolve
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.api.errors import problem


@extend_schema(exclude=True)
class Nothing(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, request: Request, rest: str) -> Response:
        """Answer 404, and say so when only the slash at the end is missing."""
        whole = f"{request.path}/"
        if request.path.endswith("/") or resolve(whole).url_name == "nothing":
            raise NotFound
        return problem(request, 404, "not-found", "Not found", f"This address ends with a slash: {whole}")

    post = put = patch = delete = get
