"""The command line of ``scripts/load``."""

import argparse
import asyncio
import getpass
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvloop

from .crowd import LoadError
from .machine import allow_files, pid_listening_on, too_many_files
from .pace import MOST_BEATS_A_SECOND
from .product import OWN_ORIGIN, ProductError, Workspace, own_server, sign_in
from .progress import Progress, progress
from .report import Report, as_text, save
from .run import Load, Plan
from .web import Target

PASSWORD_VARIABLE: Final = "LOAD_PASSWORD"
SECRET_VARIABLE: Final = "LOAD_IDENTITY_SECRET"

DESCRIPTION: Final = """\
Simulates messengers: each pings, opens its socket and sends heartbeats, in turn, at the total rate; some
sign out and come back, and dashboards watch dots turn. Without --url it starts a server of its own, with
data that is thrown away. The report is printed and saved as text, JSON and a plot. ^C ends early, with a report."""

EPILOG: Final = f"""\
Against a running server give --app, and for dashboards --email with the teammate's password in the environment
variable {PASSWORD_VARIABLE} (it is asked for otherwise). Where the workspace demands identity verification, put its
secret into {SECRET_VARIABLE}. Of a server on this machine CPU and memory are read too."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 done, 1 could not be done, 2 wrong arguments, 130 stopped by ^C (with a report)."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if fault := _fault(options):
        parser.error(fault)
    shown = progress()
    try:
        with _workspace(options) as workspace:
            report = uvloop.run(_run(_plan(options), workspace, shown))
    except (LoadError, ProductError, ValueError) as error:
        shown.close()
        print(f"load: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        shown.close()
        print("load: stopped before anything was measured", file=sys.stderr)
        return 130
    shown.close()
    print(as_text(report))
    for file in save(report, options.report):
        print(f"saved {file}")
    return 130 if report.is_partial else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/load",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--users", type=int, default=1000, metavar="N", help="messengers (1000)")
    parser.add_argument("--rate", type=float, metavar="PER_SECOND", help="heartbeats a second in all (N/30)")
    parser.add_argument("--seconds", type=float, default=30, metavar="S", help="how long to beat (30)")
    parser.add_argument("--watchers", type=int, default=10, metavar="W", help="dashboards of 50 rows (10)")
    parser.add_argument(
        "--leavers",
        type=float,
        default=0.2,
        metavar="SHARE",
        help="of messengers that leave once and return (0.2)",
    )
    parser.add_argument("--url", help="a running server, such as http://127.0.0.1:8000")
    parser.add_argument("--app", metavar="APP_ID", help="its workspace")
    parser.add_argument("--email", help="a teammate, for dashboards")
    parser.add_argument("--pid", type=int, help="its process, where it is not the one listening there")
    parser.add_argument("--origin", help="the site the messengers are on (the server's own)")
    parser.add_argument(
        "--report", type=Path, default=Path("reports"), metavar="DIR", help="where to save (reports/)"
    )
    return parser


def _fault(options: argparse.Namespace) -> str | None:
    """What is wrong with the arguments, in a sentence; none when they can be run."""
    if options.users < 1:
        return f"--users is {options.users}: at least 1 is needed"
    if options.watchers < 0:
        return f"--watchers is {options.watchers}: it can't be negative"
    if not 0 < options.seconds <= 86_400:
        return f"--seconds is {options.seconds:g}: it must be positive, and at most a day"
    if not 0 <= options.leavers <= 1:
        return f"--leavers is {options.leavers:g}: it is a share, from 0 to 1"
    if options.rate is not None and not options.rate > 0:
        return f"--rate is {options.rate:g}: it must be positive"
    if options.url and not options.app:
        return "--url needs --app: the workspace whose messengers to be"
    if options.url and options.watchers and not options.email:
        return "--watchers needs --email, a teammate's, to sign in; or take --watchers 0"
    wanted = options.users + options.watchers + 1000
    return too_many_files(options.users, options.watchers, allow_files(wanted))


def _rate(options: argparse.Namespace) -> float:
    """What so many messengers may send: the server closes sockets of those that beat faster."""
    wanted = options.users / 30 if options.rate is None else options.rate
    most = options.users * MOST_BEATS_A_SECOND
    if wanted > most:
        print(
            f"load: --rate {wanted:g} is more than {options.users} messengers may send (a socket with more than "
            f"20 frames in 10 s is closed): going on with {most:g}, take more --users for more",
            file=sys.stderr,
        )
    return float(min(wanted, most))


def _plan(options: argparse.Namespace) -> Plan:
    origin = options.origin or (Target.of(options.url).origin if options.url else OWN_ORIGIN)
    return Plan(
        users=options.users,
        rate=_rate(options),
        seconds=options.seconds,
        watchers=options.watchers,
        leavers=options.leavers,
        origin=origin,
    )


@contextmanager
def _workspace(options: argparse.Namespace) -> Iterator[Workspace]:
    if not options.url:
        with own_server(dashboards=options.watchers > 0) as workspace:
            yield workspace
        return
    target = Target.of(options.url)
    cookie = ""
    if options.watchers:
        password = os.environ.get(PASSWORD_VARIABLE) or getpass.getpass(f"Password of {options.email}: ")
        cookie = sign_in(target.origin, options.email, password)
    yield Workspace(
        url=target.origin,
        pid=options.pid or (pid_listening_on(target.port) if target.is_local else None),
        app_id=options.app,
        identity_secret=os.environ.get(SECRET_VARIABLE, ""),
        cookie=cookie,
    )


async def _run(plan: Plan, workspace: Workspace, shown: Progress) -> Report:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stopped() -> None:
        # A second ^C ends it at once.
        loop.remove_signal_handler(signal.SIGINT)
        stop.set()

    loop.add_signal_handler(signal.SIGINT, stopped)
    return await Load(plan, workspace, shown, stop).run()


if __name__ == "__main__":
    sys.exit(main())
