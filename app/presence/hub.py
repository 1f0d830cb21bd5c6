"""The hub: carries each change to those who look at that contact, and to nobody else.

A dashboard names the ids on its page, so a change costs as much as the eyes on it, however
many contacts and dashboards there are.
"""

from collections.abc import Callable, Iterable
from typing import Final, Protocol

from app.ids import AppId, ContactId
from app.presence.changes import Change

MOST_WATCHED: Final = 500

Listener = Callable[[Change], None]


class Watcher(Protocol):
    """A dashboard: is told of each change, on the loop, and must not block."""

    def notify(self, change: Change) -> None: ...


class Hub:
    """Who watches whom. Use it from the event loop only."""

    def __init__(self) -> None:
        self._watchers: dict[tuple[AppId, ContactId], set[Watcher]] = {}
        self._watched: dict[Watcher, tuple[AppId, frozenset[ContactId]]] = {}
        self._listeners: dict[AppId, set[Listener]] = {}

    def watch(self, app_id: AppId, watcher: Watcher, ids: Iterable[ContactId]) -> None:
        """Let ``watcher`` hear of ``ids`` from now on, and of no others; raises ValueError above 500."""
        wanted = frozenset(ids)
        if len(wanted) > MOST_WATCHED:
            raise ValueError(f"ids has {len(wanted)} entries: at most {MOST_WATCHED} can be watched")
        self.unwatch(watcher)
        self._watched[watcher] = (app_id, wanted)
        for contact_id in wanted:
            self._watchers.setdefault((app_id, contact_id), set()).add(watcher)

    def unwatch(self, watcher: Watcher) -> None:
        app_id, ids = self._watched.pop(watcher, (AppId(""), frozenset()))
        for contact_id in ids:
            watchers = self._watchers[app_id, contact_id]
            watchers.discard(watcher)
            if not watchers:
                del self._watchers[app_id, contact_id]

    def subscribe(self, app_id: AppId, listener: Listener) -> Callable[[], None]:
        """Hear every change of a workspace; returns what ends it."""
        listeners = self._listeners.setdefault(app_id, set())
        listeners.add(listener)

        def unsubscribe() -> None:
            listeners.discard(listener)
            if not listeners and self._listeners.get(app_id) is listeners:
                del self._listeners[app_id]

        return unsubscribe

    def publish(self, change: Change) -> None:
        watchers = self._watchers.get((change.app_id, change.contact_id))
        if watchers:
            for watcher in tuple(watchers):
                watcher.notify(change)
        listeners = self._listeners.get(change.app_id)
        if listeners:
            for listener in tuple(listeners):
                listener(change)

    @property
    def watcher_count(self) -> int:
        return len(self._watched)
