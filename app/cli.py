"""The commands: what an operator does from a shell, while the server runs or before it does.

What a command makes it prints as ``key: value``, one a line. What went wrong is one sentence on
standard error, and exit status 1 (2 where the command itself was mistyped). Each command first
brings the schema up to date. None of them folds the database's journal: that is the server's.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
from sqlalchemy import Connection

from app import log
from app.auth import admins
from app.auth.passwords import Passwords, check_length
from app.commands.contacts import export_contacts, import_contacts, missing_users
from app.commands.running import AppIdArgument, show, write
from app.commands.teams import team_cli
from app.commands.webhooks import webhook_cli
from app.errors import ParameterInvalid, PorchlightError
from app.ids import AppId, Region
from app.places.cities import Places
from app.settings import load_settings
from app.storage.backup import back_up
from app.storage.inspection import faults_of
from app.storage.migrations import migrate as migrate_database
from app.trail.operations import record
from app.trail.records import CLI, Deed
from app.workspaces import administration
from app.workspaces import operations as workspaces
from app.workspaces.records import Workspace

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
cli.add_typer(workspace_cli, name="workspace")
cli.add_typer(token_cli, name="token")
cli.add_typer(admin_cli, name="admin")
cli.add_typer(team_cli, name="team")
cli.add_typer(webhook_cli, name="webhook")

OriginOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allowed-origin", metavar="ORIGIN", help="A site that may carry the messenger; repeat for more."
    ),
]

cli.command("import")(import_contacts)
cli.command("export")(export_contacts)
cli.command("missing-users")(missing_users)


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

    made = write(settings, work)
    show("app_id", made.app_id)
    show("identity_secret", made.identity_secrets[0])
    if made.region != settings.region:
        typer.echo(
            f"This deployment serves the {settings.region} region (PORCHLIGHT_REGION), and refuses what is asked of "
            f"a workspace of {made.region}: make it on that region's deployment",
            err=True,
        )


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

    changed = write(load_settings(), work)
    show("app_id", changed.app_id)
    show("identity_verification", "on" if changed.identity_verification else "off")
    show("timezone", changed.timezone)
    for origin in changed.allowed_origins:
        show("allowed_origin", origin)
    if rotate_identity_secret:
        show("identity_secret", changed.identity_secrets[0])


@token_cli.command("create")
def create_token(
    app_id: AppIdArgument,
    name: Annotated[str, typer.Option(help="What it is for; by this name it is revoked.")],
) -> None:
    """Make a bearer token; prints it, this once."""

    def work(conn: Connection, now: float) -> str:
        return administration.make_token(conn, AppId(app_id), name, actor=CLI, now=now)

    show("token", write(load_settings(), work))


@token_cli.command("revoke")
def revoke_token(
    app_id: AppIdArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
) -> None:
    """Revoke the bearer token of that name."""

    def work(conn: Connection, now: float) -> None:
        administration.revoke_token(conn, AppId(app_id), name, actor=CLI, now=now)

    write(load_settings(), work)
    show("revoked", name)


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
    write(settings, lambda conn, now: workspaces.get_workspace(conn, AppId(app_id)))
    password_hash = Passwords().hash(_password(from_stdin=password_stdin))

    def work(conn: Connection, now: float) -> tuple[int, bool]:
        known = admins.find_by_email(conn, address)
        made = administration.add_teammate(
            conn, AppId(app_id), address, password_hash, actor=CLI, now=now, role=role, name=name
        )
        return made, known is not None and known.password_hash is not None

    admin_id, keeps_password = write(settings, work)
    show("admin_id", str(admin_id))
    show("email", address)
    show("role", role)
    if keeps_password:
        typer.echo("This account exists in another workspace, and keeps the password it has.", err=True)


@cli.command()
def migrate() -> None:
    """Bring the schema up to date; `serve` and all other commands do so by themselves."""
    show("revision", migrate_database(load_settings().database_url))


@cli.command()
def backup(file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]) -> None:
    """Copy the database to a new file, while the server runs; the secret key is not in it."""
    back_up(load_settings().database_url, file)
    show("backup", str(file))


@cli.command()
def check() -> None:
    """Verify the settings and the store; faults are named, and the exit status is 1."""
    settings = load_settings()
    Places.open(settings.geoip_mmdb)
    show("settings", "ok")
    faults = faults_of(settings.database_url)
    for fault in faults:
        typer.echo(f"fault: {fault}", err=True)
    if faults:
        sys.exit(1)
    show("store", "ok")


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


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
