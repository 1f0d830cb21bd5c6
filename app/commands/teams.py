"""``porchlight team …``: teams that conversations are assigned to."""

from typing import Annotated

import typer

from app.commands.running import AppIdArgument, show, write
from app.ids import AppId
from app.settings import load_settings
from app.trail.records import CLI
from app.workspaces import teams

team_cli = typer.Typer(
    no_args_is_help=True, help="Teams that conversations are assigned to.", rich_markup_mode=None
)
TeamIdArgument = Annotated[str, typer.Argument(metavar="TEAM_ID", show_default=False)]
MemberOption = Annotated[
    list[str] | None,
    typer.Option("--member", metavar="EMAIL", help="A teammate who is in it; repeat for more."),
]


@team_cli.command("create")
def create_team(
    app_id: AppIdArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    member: MemberOption = None,
) -> None:
    """Make a team; prints its id."""
    made = write(
        load_settings(),
        lambda conn, now: teams.create_team(conn, AppId(app_id), name, member or (), actor=CLI, now=now),
    )
    show("team_id", str(made.id))


@team_cli.command("set")
def set_team(app_id: AppIdArgument, team_id: TeamIdArgument, member: MemberOption = None) -> None:
    """Say who is in a team: those given take the place of those before."""
    write(
        load_settings(),
        lambda conn, now: teams.change_members(
            conn, AppId(app_id), team_id, member or (), actor=CLI, now=now
        ),
    )
    show("team_id", team_id)


@team_cli.command("delete")
def delete_team(app_id: AppIdArgument, team_id: TeamIdArgument) -> None:
    """Dissolve a team; what was assigned to it is assigned to nobody."""
    write(
        load_settings(),
        lambda conn, now: teams.delete_team(conn, AppId(app_id), team_id, actor=CLI, now=now),
    )
    show("deleted", team_id)
