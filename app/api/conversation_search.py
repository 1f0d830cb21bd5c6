"""``POST /conversations/search``: conversations by a tree of what is asked."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from app.api.bodies import read_object
from app.api.calls import call_of
from app.api.conversations import PER_PAGE, answer_page
from app.api.pages import cursor_query
from app.auth.tokens import TokenGrant
from app.conversations.search_clauses import Moment, clause_of
from app.conversations.search_fields import ConversationFields
from app.errors import ParameterInvalid, ParameterNotFound
from app.search.query import read_search
from app.workspaces.operations import get_workspace

SEARCH_SECONDS: Final = 1.0
_FIELDS: Final = ConversationFields()


async def search_conversations(request: Request, grant: TokenGrant) -> Response:
    """What changed last first, page by page; a search ends after a second."""
    body = await read_object(request)
    if body.get("query") is None:
        raise ParameterNotFound("query is missing: it says what to look for")
    tree = read_search(body["query"], _FIELDS)
    pagination = body.get("pagination") or {}
    if not isinstance(pagination, dict):
        raise ParameterInvalid("pagination must be an object with per_page and starting_after")
    query = cursor_query(pagination, PER_PAGE)
    call = call_of(request, grant)
    workspace = await call.read(lambda conn: get_workspace(conn, call.app_id))
    condition = clause_of(tree, Moment(call.now, workspace.timezone))
    return await answer_page(call, query, condition, seconds=SEARCH_SECONDS)
