"""Data attributes over REST: list, make, change, archive. Rules R40 and R41."""

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from sqlalchemy import Connection
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.bodies import read_object
from app.api.calls import call_of
from app.api.shapes.data_attributes import data_attribute_shape, standard_attribute_shape
from app.api.shapes.standard_attributes import STANDARD
from app.api.switches import read_switch
from app.attributes.operations import (
    AttributeChange,
    AttributeDraft,
    attributes_of,
    change_attribute,
    create_attribute,
)
from app.attributes.records import MODELS, AttributeId, AttributeType, DataAttribute, Model
from app.auth.tokens import TokenGrant
from app.errors import AttributeNotFound, ParameterInvalid

_TYPES: Final[Mapping[str, AttributeType]] = {
    "string": "string",
    "integer": "integer",
    "float": "float",
    "boolean": "boolean",
    "date": "date",
    "datetime": "date",
    "options": "options",
}
_CONVERSATION: Final = "conversation"  # has no attributes that are kept here
_ID: Final = re.compile(r"[0-9]{1,10}")
_LARGEST_ID: Final = (1 << 31) - 1
_LONGEST_SHOWN: Final = 40


async def list_data_attributes(request: Request, grant: TokenGrant) -> Response:
    """``GET /data_attributes``: of contacts and companies, or of one of them; archived ones only when asked for."""
    models = _models(request.query_params)
    archived_too = read_switch(request.query_params, "include_archived")
    call = call_of(request, grant)

    def work(conn: Connection) -> list[dict[str, Any]]:
        shapes = []
        for model in models:
            shapes += [standard_attribute_shape(attribute, model) for attribute in STANDARD[model]]
            known = attributes_of(conn, call.app_id, model).values()
            shapes += [data_attribute_shape(one) for one in known if archived_too or not one.archived]
        return shapes

    return Json({"type": "list", "data": await call.read(work)})


async def post_data_attribute(request: Request, grant: TokenGrant) -> Response:
    """``POST /data_attributes``: a new attribute of contacts or companies."""
    draft = read_attribute_draft(await read_object(request))
    call = call_of(request, grant)
    made = await call.write(
        lambda conn: create_attribute(conn, call.app_id, draft, actor=call.actor, now=call.now)
    )
    return Json(data_attribute_shape(made))


async def put_data_attribute(request: Request, grant: TokenGrant) -> Response:
    """``PUT /data_attributes/{id}``: its description, options, who may write it, whether it is archived."""
    body = await read_object(request)
    attribute_id = _attribute_id(request.path_params["id"])
    change = read_attribute_change(body)
    call = call_of(request, grant)

    def work(conn: Connection) -> DataAttribute:
        return change_attribute(conn, call.app_id, attribute_id, change, actor=call.actor, now=call.now)

    return Json(data_attribute_shape(await call.write(work)))


def read_attribute_draft(body: Mapping[str, Any]) -> AttributeDraft:
    """The attribute that a body describes; raises ParameterInvalid."""
    model, data_type = body.get("model"), body.get("data_type")
    if model not in MODELS:
        raise ParameterInvalid("The Data Attribute model field must be either contact or company")
    if not isinstance(data_type, str) or data_type not in _TYPES:
        given = "missing" if data_type is None else repr(data_type)[:_LONGEST_SHOWN]
        raise ParameterInvalid(
            f"Data Type isn't an option: data_type is {given}, and has to be one of {', '.join(_TYPES)}"
        )
    messenger_writable = _switch(body.get("messenger_writable"), "messenger_writable", default=True)
    return AttributeDraft(
        model=cast("Model", model),
        name=_text(body, "name") or "",
        type=_TYPES[data_type],
        description=_text(body, "description"),
        options=_options(body) or (),
        messenger_writable=messenger_writable,
    )


def read_attribute_change(body: Mapping[str, Any]) -> AttributeChange:
    """What a body wants to be different. The type is not for REST to change. Raises ParameterInvalid."""
    switches = {
        name: _switch(body[name], name)
        for name in ("messenger_writable", "archived")
        if body.get(name) is not None
    }
    return AttributeChange(
        label=_text(body, "label"),
        description=_text(body, "description"),
        options=_options(body),
        messenger_writable=switches.get("messenger_writable"),
        archived=switches.get("archived"),
    )


def _attribute_id(given: str) -> AttributeId:
    """Raises AttributeNotFound for what can't be an id."""
    if not _ID.fullmatch(given) or int(given) > _LARGEST_ID:
        raise AttributeNotFound
    return AttributeId(int(given))


def _models(query: QueryParams) -> tuple[Model, ...]:
    model = query.get("model")
    if model is None:
        return MODELS
    if model == _CONVERSATION:
        return ()
    if model not in MODELS:
        raise ParameterInvalid("The Data Attribute model field must be either contact or company")
    return (model,)


def _switch(value: object, name: str, *, default: bool = False) -> bool:
    if value is None or value == "":
        return default
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise ParameterInvalid(f"{name} must be true or false")


def _text(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise ParameterInvalid(f"{name} must be text")
    return value


def _options(body: Mapping[str, Any]) -> list[str] | None:
    """Options as objects with a ``value``, or as plain texts, as they are answered."""
    options = body.get("options")
    if options is None:
        return None
    if not isinstance(options, list):
        raise ParameterInvalid("Options isn't an array: options must be a list of objects with a value")
    values = [option.get("value") if isinstance(option, dict) else option for option in options]
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) < len(values):
        raise ParameterInvalid("Each of options is an object with a value that is text")
    return texts
