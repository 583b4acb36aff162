"""What a token was made for. What its person may do is decided by the services, as for the pages."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from apps.accounts.enums import TokenScope
from apps.accounts.models import ApiToken


class HasScope(BasePermission):
    """Reading needs ``read``; anything else needs the ``write_scope`` that the view names."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiToken):
            return False
        needed = TokenScope.READ if request.method in SAFE_METHODS else view.write_scope
        self.message = f"This token does not have the scope “{needed}”."
        return needed in request.auth.scopes
