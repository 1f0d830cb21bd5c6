"""``porchlight webhook …``: addresses that are told of changes."""

from typing import Annotated

import typer
from sqlalchemy import Connection

from app.commands.running import AppIdArgument, show, write
from app.ids import AppId
from app.settings import load_settings
from app.trail import webhook_operations, webhook_store
from app.trail.records import CLI
from app.trail.webhooks import Webhook
from app.workspaces import operations as workspaces

webhook_cli = typer.Typer(
    no_args_is_help=True, help="Webhooks: who is told of changes.", rich_markup_mode=None
)


@webhook_cli.command("create")
def create_webhook(
    app_id: AppIdArgument,
    url: Annotated[str, typer.Argument(metavar="URL", show_default=False)],
    topic: Annotated[
        list[str],
        typer.Option(metavar="TOPIC", help="Such as contact.online, or * for all; repeat for more."),
    ],
) -> None:
    """Have changes told to an address; prints the secret that they are signed with, this once."""

    def work(conn: Connection, now: float) -> Webhook:
        owner = workspaces.get_workspace(conn, AppId(app_id)).app_id
        return webhook_operations.create_webhook(conn, owner, url, topic, actor=CLI, now=now)

    made = write(load_settings(), work)
    show("webhook_id", str(made.id))
    show("signing_secret", made.secret)


@webhook_cli.command("list")
def list_webhooks(app_id: AppIdArgument) -> None:
    """Name a workspace's webhooks, one a line."""

    def work(conn: Connection, _now: float) -> list[Webhook]:
        return webhook_store.webhooks_of(conn, workspaces.get_workspace(conn, AppId(app_id)).app_id)

    for webhook in write(load_settings(), work):
        state = "off" if webhook.disabled_at is not None else "on"
        show(str(webhook.id), f"{state} {webhook.url} {' '.join(webhook.topics)}")


@webhook_cli.command("delete")
def delete_webhook(
    app_id: AppIdArgument,
    webhook_id: Annotated[int, typer.Argument(metavar="WEBHOOK_ID", show_default=False)],
) -> None:
    """Tell that address nothing more; its log of deliveries goes too."""

    def work(conn: Connection, now: float) -> None:
        owner = workspaces.get_workspace(conn, AppId(app_id)).app_id
        webhook_operations.delete_webhook(conn, owner, webhook_id, actor=CLI, now=now)

    write(load_settings(), work)
    show("deleted", str(webhook_id))
