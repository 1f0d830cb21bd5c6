"""The dashboard's map: every page, form and socket of it."""

from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from app.dashboard.api_tokens import make_token, revoke, show_tokens
from app.dashboard.archiving import archive_person, unarchive_person
from app.dashboard.attribute_edits import resync_by_hand, set_by_hand
from app.dashboard.audit import export_audit, export_receipts, show_audit
from app.dashboard.deleting import delete_person, restore_person, show_deleting
from app.dashboard.demo import show_home, show_pricing
from app.dashboard.imports import (
    change_import,
    export_people,
    show_import,
    show_imports,
    take_file,
    tell_progress,
)
from app.dashboard.people import news, online_counts, show_list
from app.dashboard.people_data import archive_people_data, change_people_data, show_people_data
from app.dashboard.profile import show_profile
from app.dashboard.qualification_settings import (
    add_qualification,
    remove_qualification,
    show_qualification,
)
from app.dashboard.reference import show_reference
from app.dashboard.reports import show_missing_users, show_reports
from app.dashboard.segments import add_filter, forget_segment, save_segment
from app.dashboard.sign_in import home, login, logout, show_login, use_link
from app.dashboard.socket import dashboard_socket
from app.dashboard.teammates import add_teammate, remove_teammate, show_teammates
from app.dashboard.workspace_settings import change_messenger, show_messenger
from app.static_files import Statics, static_dir


async def favicon(_request: Request) -> Response:
    """For browsers that ask without having been told."""
    return FileResponse(static_dir() / "favicon.svg", media_type="image/svg+xml")


routes: Final[list[BaseRoute]] = [
    Route("/", home),
    Route("/login", show_login),
    Route("/login", login, methods=["POST"]),
    Route("/login/once", use_link),
    Route("/logout", logout, methods=["POST"]),
    Route("/apps/{app_id}/users", show_list),
    Route("/apps/{app_id}/users/new", news),
    Route("/apps/{app_id}/users/online", online_counts),
    Route("/apps/{app_id}/users/filter", add_filter),
    Route("/apps/{app_id}/users/segments", save_segment, methods=["POST"]),
    Route("/apps/{app_id}/users/segments/delete", forget_segment, methods=["POST"]),
    Route("/apps/{app_id}/users/show", show_profile),
    Route("/apps/{app_id}/users/archive", archive_person, methods=["POST"]),
    Route("/apps/{app_id}/users/unarchive", unarchive_person, methods=["POST"]),
    Route("/apps/{app_id}/users/attribute", set_by_hand, methods=["POST"]),
    Route("/apps/{app_id}/users/attribute/resync", resync_by_hand, methods=["POST"]),
    Route("/apps/{app_id}/reports", show_reports),
    Route("/apps/{app_id}/reports/missing-users", show_missing_users),
    WebSocketRoute("/apps/{app_id}/socket", dashboard_socket),
    Route("/apps/{app_id}/settings/messenger", show_messenger),
    Route("/apps/{app_id}/settings/messenger", change_messenger, methods=["POST"]),
    Route("/apps/{app_id}/settings/tokens", show_tokens),
    Route("/apps/{app_id}/settings/tokens", make_token, methods=["POST"]),
    Route("/apps/{app_id}/settings/tokens/revoke", revoke, methods=["POST"]),
    Route("/apps/{app_id}/settings/teammates", show_teammates),
    Route("/apps/{app_id}/settings/teammates", add_teammate, methods=["POST"]),
    Route("/apps/{app_id}/settings/teammates/remove", remove_teammate, methods=["POST"]),
    Route("/apps/{app_id}/settings/qualification", show_qualification),
    Route("/apps/{app_id}/settings/qualification", add_qualification, methods=["POST"]),
    Route("/apps/{app_id}/settings/qualification/remove", remove_qualification, methods=["POST"]),
    Route("/apps/{app_id}/settings/people-data", show_people_data),
    Route("/apps/{app_id}/settings/people-data", change_people_data, methods=["POST"]),
    Route("/apps/{app_id}/settings/people-data/archive", archive_people_data, methods=["POST"]),
    Route("/apps/{app_id}/settings/deleting-people-data", show_deleting),
    Route("/apps/{app_id}/settings/deleting-people-data", delete_person, methods=["POST"]),
    Route("/apps/{app_id}/settings/deleting-people-data/restore", restore_person, methods=["POST"]),
    Route("/apps/{app_id}/settings/imports", show_imports),
    Route("/apps/{app_id}/settings/imports", take_file, methods=["POST"]),
    Route("/apps/{app_id}/settings/imports/people.csv", export_people),
    Route("/apps/{app_id}/settings/imports/{id}", show_import),
    Route("/apps/{app_id}/settings/imports/{id}", change_import, methods=["POST"]),
    Route("/apps/{app_id}/settings/imports/{id}/progress", tell_progress),
    Route("/apps/{app_id}/settings/audit", show_audit),
    Route("/apps/{app_id}/settings/audit.json", export_audit),
    Route("/apps/{app_id}/settings/receipts.json", export_receipts),
    Route("/demo", show_home),
    Route("/demo/pricing", show_pricing),
    Route("/docs", show_reference),
    Route("/favicon.ico", favicon),
    Mount("/static", Statics(), name="static"),
]
