"""The commands: what an operator does from a shell, while the server runs or before it does.

What a command makes it prints as ``key: value``, one a line. What went wrong is one sentence on
standard error, and exit status 1 (2 where the command itself was mistyped). Each command first
brings the schema up to date. None of them folds the database's journal: that is the server's.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal, NoReturn, TypeVar

import typer
from sqlalchemy import Connection

from app import log
from app.auth import admins
from app.auth.passwords import Passwords, check_length
from app.clock import Clock
from app.errors import ParameterInvalid, PorchlightError
from app.ids import AppId, Region
from app.places.cities import Places
from app.settings import Settings, load_settings
from app.storage.backup import back_up
from app.storage.database import open_database
from app.storage.inspection import faults_of
from app.storage.migrations import migrate as migrate_database
from app.trail import webhook_operations, webhook_store
from app.trail.operations import record
from app.trail.records import CLI, Deed
from app.trail.webhooks import Webhook
from app.workspaces import administration, teams
from app.workspaces import operations as workspaces
from app.workspaces.records import Workspace

T = TypeVar("T")

cli = typer.Typer(
    name="porchlight",
    help="Who is in your app right now, and who they are.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    # A traceback with its local variables would show secrets.
    pretty_exceptions_enable=False,
)
workspace_cli = typer.Typer(
    no_args_is_help=True, help="Workspaces, and their switches.", rich_markup_mode=None
)
token_cli = typer.Typer(no_args_is_help=True, help="Bearer tokens of the REST API.", rich_markup_mode=None)
admin_cli = typer.Typer(no_args_is_help=True, help="Accounts of the dashboard.", rich_markup_mode=None)
webhook_cli = typer.Typer(
    no_args_is_help=True, help="Webhooks: who is told of changes.", rich_markup_mode=None
)
cli.add_typer(workspace_cli, name="workspace")
cli.add_typer(token_cli, name="token")
team_cli = typer.Typer(
    no_args_is_help=True, help="Teams that conversations are assigned to.", rich_markup_mode=None
)
cli.add_typer(admin_cli, name="admin")
cli.add_typer(team_cli, name="team")
cli.add_typer(webhook_cli, name="webhook")

AppIdArgument = Annotated[str, typer.Argument(metavar="APP_ID", show_default=False)]
OriginOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allowed-origin", metavar="ORIGIN", help="A site that may carry the messenger; repeat for more."
    ),
]

TeamIdArgument = Annotated[str, typer.Argument(metavar="TEAM_ID", show_default=False)]
MemberOption = Annotated[
    list[str] | None,
    typer.Option("--member", metavar="EMAIL", help="A teammate who is in it; repeat for more."),
]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its status."""
    log.configure(quiet=True)
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        _refuse_undecodable(given)
        cli(args=given, prog_name="porchlight")
    except PorchlightError as error:
        _fail(error.message)
    sys.exit(0)


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(help="Processes that serve.")] = 1,
    demo: Annotated[bool, typer.Option("--demo", help="Make a demo workspace at the first start.")] = False,
) -> None:
    """Serve, until told to stop."""
    from app import serving  # noqa: PLC0415  The other commands start faster without the server.

    serving.serve(load_settings().listening(host, port, workers), with_demo=demo)


@workspace_cli.command("create")
def create_workspace(
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    region: Annotated[
        Region | None, typer.Option(help="Where it lives.", show_default="this deployment's")
    ] = None,
    timezone: Annotated[str, typer.Option(help="Such as Europe/Berlin.")] = "UTC",
    allowed_origin: OriginOption = None,
) -> None:
    """Make a workspace; prints its app_id and identity secret."""
    settings = load_settings()

    def work(conn: Connection, now: float) -> Workspace:
        made = workspaces.create_workspace(
            conn,
            name,
            now,
            region=region or settings.region,
            timezone=timezone,
            allowed_origins=allowed_origin or (),
        )
        record(conn, made.app_id, CLI, Deed("workspace.created", "workspace", made.app_id), now)
        return made

    made = _write(settings, work)
    _print("app_id", made.app_id)
    _print("identity_secret", made.identity_secrets[0])


@workspace_cli.command("set")
def set_workspace(
    app_id: AppIdArgument,
    *,
    identity_verification: Annotated[
        Literal["on", "off"] | None,
        typer.Option(help="Refuse pings that prove no identity."),
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="Such as Europe/Berlin.")] = None,
    allowed_origin: OriginOption = None,
    no_allowed_origins: Annotated[
        bool, typer.Option("--no-allowed-origins", help="Allow no site but this server's own pages.")
    ] = False,
    rotate_identity_secret: Annotated[
        bool, typer.Option("--rotate-identity-secret", help="Make a new one; the one before stays live too.")
    ] = False,
    retire_old_identity_secret: Annotated[
        bool, typer.Option("--retire-old-identity-secret", help="Only the newest one stays live.")
    ] = False,
) -> None:
    """Turn a workspace's switches; prints them all. The origins given take the place of those before."""
    if allowed_origin and no_allowed_origins:
        raise typer.BadParameter("--allowed-origin and --no-allowed-origins exclude each other")
    if rotate_identity_secret and retire_old_identity_secret:
        raise typer.BadParameter(
            "--rotate-identity-secret and --retire-old-identity-secret exclude each other"
        )

    def work(conn: Connection, now: float) -> Workspace:
        if rotate_identity_secret:
            administration.rotate_secret(conn, AppId(app_id), actor=CLI, now=now)
        if retire_old_identity_secret:
            administration.retire_old_secret(conn, AppId(app_id), actor=CLI, now=now)
        return administration.change_switches(
            conn,
            AppId(app_id),
            actor=CLI,
            now=now,
            identity_verification=None if identity_verification is None else identity_verification == "on",
            timezone=timezone,
            allowed_origins=() if no_allowed_origins else allowed_origin,
        )

    changed = _write(load_settings(), work)
    _print("app_id", changed.app_id)
    _print("identity_verification", "on" if changed.identity_verification else "off")
    _print("timezone", changed.timezone)
    for origin in changed.allowed_origins:
        _print("allowed_origin", origin)
    if rotate_identity_secret:
        _print("identity_secret", changed.identity_secrets[0])


@token_cli.command("create")
def create_token(
    app_id: AppIdArgument,
    name: Annotated[str, typer.Option(help="What it is for; by this name it is revoked.")],
) -> None:
    """Make a bearer token; prints it, this once."""

    def work(conn: Connection, now: float) -> str:
        return administration.make_token(conn, AppId(app_id), name, actor=CLI, now=now)

    _print("token", _write(load_settings(), work))


@token_cli.command("revoke")
def revoke_token(
    app_id: AppIdArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
) -> None:
    """Revoke the bearer token of that name."""

    def work(conn: Connection, now: float) -> None:
        administration.revoke_token(conn, AppId(app_id), name, actor=CLI, now=now)

    _write(load_settings(), work)
    _print("revoked", name)


@admin_cli.command("create")
def create_admin(
    app_id: AppIdArgument,
    email: Annotated[str, typer.Argument(metavar="EMAIL", show_default=False)],
    role: Annotated[admins.Role, typer.Option(help="What the account may do.")] = "admin",
    name: Annotated[str | None, typer.Option(help="The name that others see.")] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input, one line.")
    ] = False,
) -> None:
    """Make a dashboard account; asks for its password."""
    settings = load_settings()
    address = admins.email_of_account(email)
    # Asked before the password is: nobody types one in vain.
    _write(settings, lambda conn, now: workspaces.get_workspace(conn, AppId(app_id)))
    password_hash = Passwords().hash(_password(from_stdin=password_stdin))

    def work(conn: Connection, now: float) -> tuple[int, bool]:
        known = admins.find_by_email(conn, address)
        made = administration.add_teammate(
            conn, AppId(app_id), address, password_hash, actor=CLI, now=now, role=role, name=name
        )
        return made, known is not None and known.password_hash is not None

    admin_id, keeps_password = _write(settings, work)
    _print("admin_id", str(admin_id))
    _print("email", address)
    _print("role", role)
    if keeps_password:
        typer.echo("This account exists in another workspace, and keeps the password it has.", err=True)


@team_cli.command("create")
def create_team(
    app_id: AppIdArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    member: MemberOption = None,
) -> None:
    """Make a team; prints its id."""
    made = _write(
        load_settings(),
        lambda conn, now: teams.create_team(conn, AppId(app_id), name, member or (), actor=CLI, now=now),
    )
    _print("team_id", str(made.id))


@team_cli.command("set")
def set_team(app_id: AppIdArgument, team_id: TeamIdArgument, member: MemberOption = None) -> None:
    """Say who is in a team: those given take the place of those before."""
    _write(
        load_settings(),
        lambda conn, now: teams.change_members(
            conn, AppId(app_id), team_id, member or (), actor=CLI, now=now
        ),
    )
    _print("team_id", team_id)


@team_cli.command("delete")
def delete_team(app_id: AppIdArgument, team_id: TeamIdArgument) -> None:
    """Dissolve a team; what was assigned to it is assigned to nobody."""
    _write(
        load_settings(),
        lambda conn, now: teams.delete_team(conn, AppId(app_id), team_id, actor=CLI, now=now),
    )
    _print("deleted", team_id)


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

    made = _write(load_settings(), work)
    _print("webhook_id", str(made.id))
    _print("signing_secret", made.secret)


@webhook_cli.command("list")
def list_webhooks(app_id: AppIdArgument) -> None:
    """Name a workspace's webhooks, one a line."""

    def work(conn: Connection, _now: float) -> list[Webhook]:
        return webhook_store.webhooks_of(conn, workspaces.get_workspace(conn, AppId(app_id)).app_id)

    for webhook in _write(load_settings(), work):
        state = "off" if webhook.disabled_at is not None else "on"
        _print(str(webhook.id), f"{state} {webhook.url} {' '.join(webhook.topics)}")


@webhook_cli.command("delete")
def delete_webhook(
    app_id: AppIdArgument,
    webhook_id: Annotated[int, typer.Argument(metavar="WEBHOOK_ID", show_default=False)],
) -> None:
    """Tell that address nothing more; its log of deliveries goes too."""

    def work(conn: Connection, now: float) -> None:
        owner = workspaces.get_workspace(conn, AppId(app_id)).app_id
        webhook_operations.delete_webhook(conn, owner, webhook_id, actor=CLI, now=now)

    _write(load_settings(), work)
    _print("deleted", str(webhook_id))


@cli.command()
def migrate() -> None:
    """Bring the schema up to date; `serve` and all other commands do so by themselves."""
    _print("revision", migrate_database(load_settings().database_url))


@cli.command()
def backup(file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]) -> None:
    """Copy the database to a new file, while the server runs; the secret key is not in it."""
    back_up(load_settings().database_url, file)
    _print("backup", str(file))


@cli.command()
def check() -> None:
    """Verify the settings and the store; faults are named, and the exit status is 1."""
    settings = load_settings()
    Places.open(settings.geoip_mmdb)
    _print("settings", "ok")
    faults = faults_of(settings.database_url)
    for fault in faults:
        typer.echo(f"fault: {fault}", err=True)
    if faults:
        sys.exit(1)
    _print("store", "ok")


def _write(settings: Settings, work: Callable[[Connection, float], T]) -> T:
    """Run ``work(conn, now)`` in one transaction of the database, its schema brought up to date."""
    migrate_database(settings.database_url)
    now = Clock().now()

    async def run() -> T:
        database = await open_database(settings.database_url, readers=1, checkpoints=False)
        try:
            return await database.write(lambda conn: work(conn, now))
        finally:
            await database.close()

    return asyncio.run(run())


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        try:
            password = sys.stdin.buffer.readline().decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise ParameterInvalid("The password on standard input is not UTF-8 text") from None
    elif sys.stdin.isatty():
        password = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    else:
        raise ParameterInvalid("There is no terminal to ask for the password: give it by --password-stdin")
    check_length(password)
    return password


def _refuse_undecodable(arguments: Sequence[str]) -> None:
    for argument in arguments:
        if any("\ud800" <= character <= "\udfff" for character in argument):
            raise ParameterInvalid(f"The argument {argument!a} is not UTF-8 text")


def _print(key: str, value: str) -> None:
    typer.echo(f"{key}: {value}")


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
