"""An address under ``/api/v1/`` that leads nowhere answers as a problem too."""

from typing import NoReturn

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView


@extend_schema(exclude=True)
class Nothing(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, request: Request, rest: str) -> NoReturn:
        """Answer 404."""
        raise NotFound

    post = put = patch = delete = get
