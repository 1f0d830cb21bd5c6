"""Make a webhook, and take it away. Both are on the audit log, without the address. Rule R82."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection

from app.errors import NotFound, ParameterInvalid
from app.ids import AppId
from app.trail import webhook_store as store
from app.trail.operations import record
from app.trail.records import Actor, Deed
from app.trail.webhooks import MOST_WEBHOOKS, Webhook, new_secret, read_topics, read_url


def create_webhook(
    conn: Connection, app_id: AppId, url: str, topics: Iterable[str], *, actor: Actor, now: float
) -> Webhook:
    """A webhook with a signing secret of its own; raises ParameterInvalid."""
    webhook = Webhook(0, app_id, read_url(url), read_topics(topics), new_secret(), now)
    if store.count_webhooks(conn, app_id) >= MOST_WEBHOOKS:
        raise ParameterInvalid(f"A workspace has at most {MOST_WEBHOOKS} webhooks: delete one first")
    made = replace(webhook, id=store.insert_webhook(conn, webhook))
    detail = {"topics": list(made.topics)}
    record(conn, app_id, actor, Deed("webhook.created", "webhook", str(made.id), detail), now)
    return made


def get_webhook(conn: Connection, app_id: AppId, webhook_id: int) -> Webhook:
    """Raises NotFound."""
    webhook = store.find_webhook(conn, app_id, webhook_id)
    if webhook is None:
        raise NotFound
    return webhook


def delete_webhook(conn: Connection, app_id: AppId, webhook_id: int, *, actor: Actor, now: float) -> Webhook:
    """The webhook, gone with its log; raises NotFound."""
    webhook = get_webhook(conn, app_id, webhook_id)
    store.delete_webhook(conn, app_id, webhook_id)
    record(conn, app_id, actor, Deed("webhook.deleted", "webhook", str(webhook_id)), now)
    return webhook
