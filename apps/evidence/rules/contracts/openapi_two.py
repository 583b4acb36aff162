"""OpenAPI 2.0, written as version 3, so that one comparison serves both."""

from typing import Any

from apps.evidence.rules.contracts.references import Document

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_NOT_SCHEMA = frozenset(("name", "in", "description", "required", "collectionFormat", "allowEmptyValue"))
_FORMS = {"multi": ("form", True), "ssv": ("spaceDelimited", False), "pipes": ("pipeDelimited", False)}


def as_three(document: dict[str, Any]) -> dict[str, Any]:
    """Return a description in the words of version 3. One that is of version 3 is returned as it is."""
    if "swagger" not in document:
        return document
    source = Document(document, beside=False)
    paths = document.get("paths") or {}
    return document | {
        "paths": {name: _path(source, item) for name, item in paths.items() if isinstance(item, dict)},
        "components": {"securitySchemes": document.get("securityDefinitions") or {}},
        "servers": [document.get(key) for key in ("schemes", "host", "basePath")],
    }


def _path(source: Document, item: dict[str, Any]) -> dict[str, Any]:
    shared = item.get("parameters") or []
    found = {}
    for method in _METHODS:
        if isinstance(operation := item.get(method), dict):
            found[method] = _operation(source, operation, shared)
    return found


def _operation(source: Document, operation: dict[str, Any], shared: list[Any]) -> dict[str, Any]:
    parameters = {}
    for one in (*shared, *(operation.get("parameters") or [])):
        opened = source.opened(one)
        if isinstance(opened, dict):
            parameters[opened.get("in"), opened.get("name")] = opened
    responses = operation.get("responses") or {}
    produces = operation.get("produces") or source.root.get("produces") or ["application/json"]
    found = operation | {
        "parameters": [
            _parameter(one) for (where, _), one in parameters.items() if where not in ("body", "formData")
        ],
        "responses": {str(status): _response(source, one, produces) for status, one in responses.items()},
    }
    if body := _body(source, operation, list(parameters.values())):
        found["requestBody"] = body
    return found


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    said = {key: parameter[key] for key in ("name", "in", "required", "deprecated") if key in parameter}
    style, exploded = _FORMS.get(str(parameter.get("collectionFormat")), (None, False))
    return said | ({"style": style} if style else {}) | {"explode": exploded, "schema": _schema(parameter)}


def _schema(holder: dict[str, Any]) -> dict[str, Any]:
    schema = {key: value for key, value in holder.items() if key not in _NOT_SCHEMA}
    return schema | ({"nullable": True} if holder.get("x-nullable") is True else {})


def _body(
    source: Document, operation: dict[str, Any], parameters: list[dict[str, Any]]
) -> dict[str, Any] | None:
    consumes = operation.get("consumes") or source.root.get("consumes")
    for one in parameters:
        if one.get("in") == "body":
            content = {
                str(media): {"schema": one.get("schema", True)} for media in consumes or ["application/json"]
            }
            return {"required": one.get("required") is True, "content": content}
    fields = [one for one in parameters if one.get("in") == "formData"]
    if not fields:
        return None
    must = [one["name"] for one in fields if one.get("required") is True]
    schema = {
        "type": "object",
        "properties": {str(one.get("name")): _schema(one) for one in fields},
        "required": must,
    }
    media = consumes or ["application/x-www-form-urlencoded"]
    return {"required": bool(must), "content": {str(one): {"schema": schema} for one in media}}


def _response(source: Document, response: Any, produces: list[Any]) -> Any:
    opened = source.opened(response)
    if not isinstance(opened, dict):
        return response
    headers = opened.get("headers") or {}
    found: dict[str, Any] = {
        "headers": {name: {"schema": _schema(one)} for name, one in headers.items() if isinstance(one, dict)}
    }
    if "schema" in opened:
        found["content"] = {str(media): {"schema": opened["schema"]} for media in produces}
    return found
