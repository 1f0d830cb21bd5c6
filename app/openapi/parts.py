"""The words that descriptions are written in: schemas, parameters, operations. Pure.

An operation says what is its own; what every route has (a bearer token that may be wrong, a rate
limit, a body that may be no JSON) is added here, once.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

Schema: TypeAlias = dict[str, Any]
Operation: TypeAlias = dict[str, Any]
Paths: TypeAlias = dict[str, dict[str, Operation]]

TEXT: Final[Schema] = {"type": "string"}
WHOLE: Final[Schema] = {"type": "integer"}
SWITCH: Final[Schema] = {"type": "boolean"}
ANYTHING: Final[Schema] = {}
MOMENT: Final[Schema] = {"type": "integer", "description": "Unix seconds."}
RECORD_ID: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{24}$"}
NUMBER_ID: Final[Schema] = {"type": "string", "pattern": "^[0-9]+$"}

_JSON: Final = "application/json"
_TOO_LARGE: Final = "The body is larger than this server takes."
_EVERY_TIME: Final[Mapping[int, str]] = {
    400: "Something in the request does not fit; the message says what.",
    401: "No bearer token, or one that opens nothing.",
    421: "The workspace lives in another region; the message and `Location` say where.",
    429: "This token has asked too often, or all tokens of its workspace together have, or this address has sent too "
    "many that open nothing; `Retry-After` says when to come again.",
    503: "The database can't do this now; nothing was recorded. Or the server goes down (`service_unavailable`): "
    "`Retry-After` says when to come again.",
    507: "The disk is full; nothing was recorded.",
}


# Refusals of several parts of the description, for an operation's ``refuses``.
NO_CONTACT: Final[Mapping[int, str]] = {404: "Nobody here has this id: `User Not Found`."}
NO_COMPANY: Final[Mapping[int, str]] = {404: "The workspace has no such company: `Company Not Found`."}


def ref(name: str) -> Schema:
    """A schema of the document's own, by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def may_be_null(schema: Schema) -> Schema:
    kind = schema.get("type")
    if isinstance(kind, str):
        return {**schema, "type": [kind, "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def always(value: str) -> Schema:
    """A text that is the same in every answer, such as ``type``."""
    return {"type": "string", "const": value}


def many(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def record(
    properties: Mapping[str, Schema], *, required: Sequence[str] = (), description: str = ""
) -> Schema:
    """An object; what is not named here may be in it too."""
    schema: Schema = {"type": "object", "properties": dict(properties)}
    if required:
        schema["required"] = list(required)
    if description:
        schema["description"] = description
    return schema


def keyed(values: Schema) -> Schema:
    """An object whose keys are anybody's."""
    return {"type": "object", "additionalProperties": values}


def listing(items: Schema, *, under: str = "data", **more: Schema) -> Schema:
    """``{"type": "list", "data": […]}``."""
    return record({"type": TEXT, under: many(items), **more}, required=["type", under])


def query(name: str, schema: Schema, description: str = "") -> Schema:
    """A parameter of the address."""
    return {"name": name, "in": "query", "schema": schema, "description": description, "required": False}


PER_PAGE: Final = query("per_page", {"type": "integer", "minimum": 1, "maximum": 150}, "How many a page.")
PAGE: Final = query("page", {"type": "integer", "minimum": 1}, "Which page, from 1.")
STARTING_AFTER: Final = query("starting_after", TEXT, "Where the page before said that the next one begins.")


def operation(
    summary: str,
    *,
    tag: str,
    answers: Schema | None,
    status: int = 200,
    body: Schema | None = None,
    parameters: Sequence[Schema] = (),
    refuses: Mapping[int, str] | None = None,
    says: str = "",
    media_type: str = _JSON,
    is_open: bool = False,
    needs_body: bool = True,
    body_type: str = _JSON,
) -> Operation:
    """One method of a path. ``answers`` is the schema of success, none where its body is empty.

    ``refuses`` holds the statuses that are this route's own, each with its reason; ``is_open`` is for
    routes that ask for no token.
    """
    success: dict[str, Any] = {"description": "Done."}
    if answers is not None:
        success["content"] = {media_type: {"schema": answers}}
    reasons = dict(refuses or {})
    if not is_open:
        reasons = {**_EVERY_TIME, **reasons}
    made: Operation = {"summary": summary, "tags": [tag], "responses": {str(status): success}}
    if says:
        made["description"] = says
    if parameters:
        made["parameters"] = list(parameters)
    if body is not None:
        made["requestBody"] = {"required": needs_body, "content": {body_type: {"schema": body}}}
        reasons.setdefault(413, _TOO_LARGE)
    if is_open:
        made["security"] = []
    made["responses"] |= {str(code): _refusal(reason) for code, reason in sorted(reasons.items())}
    return made


def _refusal(reason: str) -> dict[str, Any]:
    return {"description": reason, "content": {_JSON: {"schema": ref("error_list")}}}
