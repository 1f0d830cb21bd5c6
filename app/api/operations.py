"""What those who run the server ask it: can it serve, and how is it doing?"""

import asyncio
from typing import Final

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from app import metrics
from app.api.answers import Json
from app.errors import PorchlightError
from app.state import AppState, state_of

SWEEP_LATE_SECONDS: Final = 10.0
"""The sweeper looks four times a second: after this long without a look it is stuck."""
LOOK_SECONDS: Final = 2.0
_LOOK: Final = text("SELECT 1")


async def get_up(request: Request) -> Response:
    """``GET /up``: 200 where the server can do its work, 503 with the reasons where it can't."""
    reasons = await _faults(state_of(request))
    body = {"status": "down", "reasons": reasons} if reasons else {"status": "up"}
    return Json(body, 503 if reasons else 200)


async def _faults(state: AppState) -> list[str]:
    reasons = []
    if not state.database.healthy:
        reasons.append("the database can no longer be written: restart when the disk is mended")
    try:
        # The read has its own deadline once it runs; this one holds while it waits for its turn too.
        async with asyncio.timeout(LOOK_SECONDS):
            await state.database.read(lambda conn: conn.execute(_LOOK).scalar_one(), LOOK_SECONDS)
    except PorchlightError as error:
        reasons.append(f"the database can't be read: {error.message}")
    except TimeoutError:
        reasons.append(f"the database has not answered for {LOOK_SECONDS:g} seconds")
    silent_seconds = state.clock.now() - state.sweeper.swept_at
    if silent_seconds > SWEEP_LATE_SECONDS:
        reasons.append(f"the sweeper has not looked for {silent_seconds:.0f} seconds")
    return reasons


async def get_metrics(request: Request) -> Response:
    """``GET /metrics``: counts, for Prometheus. They name no workspace and nobody."""
    return Response(
        metrics.render(readings(state_of(request))),
        media_type="text/plain; version=0.0.4; charset=utf-8",
    )


def readings(state: AppState) -> dict[str, float]:
    """What is counted where it happens, read now: a value for each of ``metrics.READINGS``."""
    writes, groups = state.database.committed
    return {
        "porchlight_heartbeats_total": state.tracker.heartbeats,
        "porchlight_online_contacts": sum(state.tracker.online_counts().values()),
        "porchlight_messenger_sockets": state.tracker.streams(),
        "porchlight_dashboards": state.hub.watcher_count,
        "porchlight_ledger_entries": len(state.ledger),
        "porchlight_writes_total": writes,
        "porchlight_write_groups_total": groups,
        "porchlight_writes_waiting": state.database.waiting_writes,
        "porchlight_sweep_age_seconds": max(0.0, state.clock.now() - state.sweeper.swept_at),
    }
