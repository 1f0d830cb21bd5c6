"""Teammates, their teams, and whom a token stands for."""

from typing import Final

from app.openapi.parts import (
    MOMENT,
    NUMBER_ID,
    PAGE,
    PER_PAGE,
    SWITCH,
    TEXT,
    WHOLE,
    Paths,
    Schema,
    always,
    many,
    may_be_null,
    operation,
    query,
    record,
    ref,
)

TAG: Final = "Teammates"
_NO_ADMIN: Final = {404: "No teammate of this workspace has this id: `admin_not_found`."}
_NO_TEAM: Final = {404: "The workspace has no such team: `team_not_found`."}

_ADMIN: Final[dict[str, Schema]] = {
    "type": always("admin"),
    "id": NUMBER_ID,
    "name": TEXT,
    "email": TEXT,
    "away_mode_enabled": SWITCH,
    "away_mode_reassign": SWITCH,
    "away_status_reason_id": may_be_null(WHOLE),
    "has_inbox_seat": SWITCH,
    "team_ids": many(WHOLE),
}

SCHEMAS: Final[dict[str, Schema]] = {
    "admin": record(_ADMIN, required=["type", "id", "name", "email"], description="A teammate."),
    "admin_with_app": record(
        {
            **_ADMIN,
            "email_verified": SWITCH,
            "app": record(
                {
                    "type": always("app"),
                    "id_code": TEXT,
                    "name": TEXT,
                    "region": TEXT,
                    "timezone": TEXT,
                    "created_at": MOMENT,
                    "identity_verification": SWITCH,
                },
                required=["type", "id_code", "name"],
            ),
        },
        required=["type", "id", "app"],
        description="A teammate with the workspace.",
    ),
    "team": record(
        {"type": always("team"), "id": NUMBER_ID, "name": TEXT, "admin_ids": many(WHOLE)},
        required=["type", "id", "name", "admin_ids"],
        description="Teammates by one name.",
    ),
}

PATHS: Final[Paths] = {
    "/me": {
        "get": operation(
            "Whom this token stands for",
            tag=TAG,
            answers=ref("admin_with_app"),
            says="The workspace's first admin: a token has no teammate of its own.",
        )
    },
    "/admins": {
        "get": operation(
            "All teammates",
            tag=TAG,
            answers=record({"type": always("admin.list"), "admins": many(ref("admin"))}, required=["admins"]),
        )
    },
    "/admins/activity_logs": {
        "get": operation(
            "What teammates did",
            tag=TAG,
            answers=record(
                {
                    "type": always("activity_log.list"),
                    "pages": ref("offset_pages"),
                    "activity_logs": many(
                        record({"id": TEXT, "activity_type": TEXT, "created_at": MOMENT}, required=["id"])
                    ),
                },
                required=["type", "activity_logs"],
            ),
            parameters=[
                {**query("created_at_after", WHOLE, "Unix seconds."), "required": True},
                query("created_at_before", WHOLE, "Unix seconds."),
                PAGE,
                PER_PAGE,
            ],
        )
    },
    "/admins/{admin_id}": {
        "get": operation("One teammate", tag=TAG, answers=ref("admin"), refuses=_NO_ADMIN),
    },
    "/admins/{admin_id}/away": {
        "put": operation(
            "Send somebody away, or have them back",
            tag=TAG,
            body=record(
                {
                    "away_mode_enabled": SWITCH,
                    "away_mode_reassign": SWITCH,
                    "away_status_reason_id": may_be_null({"type": "integer", "minimum": 1}),
                },
                required=["away_mode_enabled", "away_mode_reassign"],
            ),
            answers=ref("admin"),
            refuses=_NO_ADMIN,
        )
    },
    "/teams": {
        "get": operation(
            "All teams",
            tag=TAG,
            answers=record({"type": always("team.list"), "teams": many(ref("team"))}, required=["teams"]),
        )
    },
    "/teams/{team_id}": {
        "get": operation("One team", tag=TAG, answers=ref("team"), refuses=_NO_TEAM),
    },
}
