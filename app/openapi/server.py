"""What those who run the server ask it."""

from typing import Final

from app.openapi.parts import ANYTHING, TEXT, Paths, many, one_of, operation, record

TAG: Final = "Server"

PATHS: Final[Paths] = {
    "/up": {
        "get": operation(
            "Can it serve?",
            tag=TAG,
            answers=record({"status": one_of("up")}, required=["status"]),
            is_open=True,
        )
    },
    "/metrics": {
        "get": operation(
            "Counts for Prometheus", tag=TAG, answers=TEXT, media_type="text/plain", is_open=True
        )
    },
    "/openapi.json": {
        "get": operation("This description", tag=TAG, answers=ANYTHING, is_open=True),
    },
}
_DOWN: Final = record({"status": one_of("down"), "reasons": many(TEXT)}, required=["status", "reasons"])
PATHS["/up"]["get"]["responses"]["503"] = {
    "description": "It can't, for these reasons.",
    "content": {"application/json": {"schema": _DOWN}},
}
