"""The application's state: all that a handler may reach, and nothing else is global."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from app.auth.sessions import SessionRegistry
from app.auth.tickets import Tickets
from app.clock import Clock
from app.places.cities import Places
from app.presence.hub import Hub
from app.presence.last_seen import Ledger
from app.presence.sweeper import Sweeper
from app.presence.tracker import Tracker
from app.settings import Settings
from app.storage.database import Database
from app.storage.lookout import Lookout
from app.workspaces.directory import Directory


@dataclass(frozen=True, slots=True)
class AppState:
    settings: Settings
    clock: Clock
    database: Database
    lookout: Lookout
    directory: Directory
    tracker: Tracker
    hub: Hub
    ledger: Ledger
    sweeper: Sweeper
    tickets: Tickets
    sessions: SessionRegistry
    places: Places


def state_of(connection: HTTPConnection) -> AppState:
    state: AppState = connection.scope["state"]["porchlight"]
    return state
