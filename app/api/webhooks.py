"""Webhooks over REST: made, listed, taken away; and the log of what each was told. Ours beyond Intercom's."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from app.api.answers import Json
from app.api.bodies import read_object
from app.api.calls import call_of
from app.api.shapes.moments import unix
from app.auth.tokens import TokenGrant
from app.errors import NotFound, ParameterInvalid, ParameterNotFound
from app.ids import serial_id
from app.trail import webhook_store
from app.trail.webhook_operations import create_webhook, delete_webhook, get_webhook
from app.trail.webhook_store import Delivery
from app.trail.webhooks import Webhook

PER_PAGE: Final = 50
MOST_PER_PAGE: Final = 150
_MOST_DIGITS: Final = 9


async def post_webhook(request: Request, grant: TokenGrant) -> Response:
    """``POST /webhooks``: the answer to this is the only one that shows the signing secret."""
    call, body = call_of(request, grant), await read_object(request)
    url, topics = _text(body, "url"), _texts(body, "topics")
    made = await call.write(
        lambda conn: create_webhook(conn, call.app_id, url, topics, actor=call.actor, now=call.now)
    )
    return Json(_shape(made) | {"signing_secret": made.secret})


async def list_webhooks(request: Request, grant: TokenGrant) -> Response:
    """``GET /webhooks``: all of them, those that are switched off too."""
    call = call_of(request, grant)
    found = await call.read(lambda conn: webhook_store.webhooks_of(conn, call.app_id))
    return Json({"type": "list", "data": [_shape(webhook) for webhook in found]})


async def remove_webhook(request: Request, grant: TokenGrant) -> Response:
    """``DELETE /webhooks/{id}``: nothing more is sent to it, and its log goes."""
    call, webhook_id = call_of(request, grant), _number(request)
    gone = await call.write(
        lambda conn: delete_webhook(conn, call.app_id, webhook_id, actor=call.actor, now=call.now)
    )
    return Json({"type": "webhook", "id": str(gone.id), "deleted": True})


async def list_deliveries(request: Request, grant: TokenGrant) -> Response:
    """``GET /webhooks/{id}/deliveries``: the newest first; ``starting_after`` is the last id of the page before."""
    call, webhook_id = call_of(request, grant), _number(request)
    per_page = _asked(request, "per_page")
    per_page = PER_PAGE if per_page is None else per_page
    if not 1 <= per_page <= MOST_PER_PAGE:
        raise ParameterInvalid(f"per_page is {per_page}: it must be 1 to {MOST_PER_PAGE}")
    before = _asked(request, "starting_after")

    def read(conn: Any) -> list[Delivery]:
        get_webhook(conn, call.app_id, webhook_id)
        return webhook_store.deliveries_of(conn, call.app_id, webhook_id, before, per_page + 1)

    found = await call.read(read)
    pages: dict[str, Any] = {"type": "pages", "per_page": per_page}
    if len(found) > per_page:
        pages["next"] = {"starting_after": str(found[per_page - 1].id), "per_page": per_page}
    return Json({"type": "list", "data": [_delivery(one) for one in found[:per_page]], "pages": pages})


def _shape(webhook: Webhook) -> dict[str, Any]:
    return {
        "type": "webhook",
        "id": str(webhook.id),
        "url": webhook.url,
        "topics": list(webhook.topics),
        "created_at": int(webhook.created_at),
        "disabled_at": unix(webhook.disabled_at),
        "failing_since": unix(webhook.failing_since),
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "type": "webhook_delivery",
        "id": str(delivery.id),
        "notification_id": delivery.notification_id,
        "topic": delivery.topic,
        "subject": {"type": delivery.subject_type, "id": delivery.subject_id},
        "state": delivery.state,
        "attempts": delivery.attempts,
        "status": delivery.status,
        "error": delivery.error,
        "created_at": int(delivery.created_at),
        "next_attempt_at": unix(delivery.due_at),
        "delivered_at": unix(delivery.delivered_at),
    }


def _number(request: Request) -> int:
    """The webhook's number in the path; raises NotFound for what can be none."""
    number = serial_id(request.path_params["id"])
    if number is None:
        raise NotFound
    return number


def _asked(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not _is_number(text):
        raise ParameterInvalid(f"{name} is {text[:40]!r}: it must be a number")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None:
        raise ParameterNotFound(f"{name} is missing")
    if not isinstance(value, str):
        raise ParameterInvalid(f"{name} must be a text")
    return value


def _texts(body: dict[str, Any], name: str) -> list[str]:
    value = body.get(name)
    if value is None:
        raise ParameterNotFound(f"{name} is missing")
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise ParameterInvalid(f"{name} must be a list of texts")
    return value
