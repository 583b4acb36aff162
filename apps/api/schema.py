"""How the schema describes the portal's sign-in for machines."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class BearerTokenScheme(OpenApiAuthenticationExtension):
    target_class = "apps.api.authentication.BearerToken"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the scheme: a token of the portal in the Authorization header."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "cs_…"}
