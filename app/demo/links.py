"""What whoever started the server for the first time is told: where to look, and what to see there.

It is told at each start until somebody has signed in: the server may die before its first words are read.
"""

import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection

from app.demo.people import USERS
from app.demo.workspace import create_demo, renew_demo
from app.ids import AppId, Region
from app.workspaces.store import all_workspaces


@dataclass(frozen=True, slots=True)
class DemoLinks:
    """Where the demo is. ``dashboard_url`` signs in, once."""

    base_url: str
    app_id: AppId
    dashboard_url: str
    demo_url: str
    api_token: str | None

    def text(self) -> str:
        """The greeting, with a ``key: value`` line for each thing that was made."""
        return f"""
Porchlight serves on {self.base_url}

A demo workspace is ready. Put two windows side by side:

dashboard: {self.dashboard_url}
demo_page: {self.demo_url}

The dashboard link signs you in, once; open it first. Then open the demo page, a customer's site with
the snippet on it: within a second the first green dot turns on, beside {USERS[0].name} at the top of
the list. Close that page, and two minutes later the dot goes off.

app_id: {self.app_id}
{self._of_token()}

To sign in again later, make an account of your own:

  {command()} admin create {self.app_id} YOUR_EMAIL

Stop the server with ^C."""

    def _of_token(self) -> str:
        if self.api_token is None:
            return f"""
The token for the REST API is told at the first start alone. This makes another:

  {command()} token create {self.app_id} --name NAME"""
        return f"""token: {self.api_token}

The token is for the REST API:

  curl -H "Authorization: Bearer {self.api_token}" {self.base_url}/presence"""


def command() -> str:
    """How to call `porchlight` from this shell: by its name, or where the environment is not active by its path."""
    own = str(Path(sys.executable).with_name("porchlight"))
    return "porchlight" if shutil.which("porchlight") else shlex.quote(own)


def demo_links(conn: Connection, now: float, base_url: str, region: Region) -> DemoLinks | None:
    """Make the demo workspace, or find it unused, and tell where it is; none where there is another workspace."""
    workspaces = all_workspaces(conn)
    demo = renew_demo(conn, workspaces, now) if workspaces else create_demo(conn, now, region)
    if demo is None:
        return None
    return DemoLinks(
        base_url=base_url,
        app_id=demo.app_id,
        dashboard_url=f"{base_url}/login/once?token={quote(demo.sign_in_token)}",
        demo_url=f"{base_url}/demo?as={USERS[0].login}",
        api_token=demo.api_token,
    )
