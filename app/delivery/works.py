"""The tasks that carry word to webhooks, as the server's lifespan runs them."""

from collections.abc import Coroutine
from typing import Any

from app.delivery.courier import Courier
from app.delivery.items import renderer
from app.delivery.posting import open_client, poster
from app.delivery.presence_news import PresenceNews
from app.state import AppState


def works_of(state: AppState) -> dict[str, Coroutine[Any, Any, None]]:
    """Each runs until it is cancelled."""
    return {
        "courier": _deliver(state),
        "presence news": PresenceNews(state.hub, state.database).run(state.lookout),
    }


async def _deliver(state: AppState) -> None:
    async with open_client() as client:
        render = renderer(state.tracker, state.clock)
        await Courier(state.database, state.clock, render, poster(client)).run(state.lookout)
