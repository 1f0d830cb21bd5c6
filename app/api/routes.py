"""The site map of REST."""

from typing import Final

from starlette.convertors import PathConvertor, register_url_convertor
from starlette.routing import Route

from app.api.activity_logs import list_activity_logs
from app.api.admins import get_admin, get_me, list_admins, list_teams, put_away, show_team
from app.api.auth import authenticated
from app.api.companies import delete_company, list_people, post_company, put_company, read_company
from app.api.company_lists import get_companies, get_scroll, post_list
from app.api.contact_companies import attach_company, detach_company, list_contact_companies
from app.api.contacts import (
    archive_contact,
    block_contact,
    delete_contact,
    get_contact,
    get_contact_by_external_id,
    list_contacts,
    post_contact,
    put_contact,
    restore_contact,
    unarchive_contact,
)
from app.api.conversation_deeds import (
    delete_customer,
    delete_tag,
    post_customer,
    post_part,
    post_redaction,
    post_reply,
    post_tag,
)
from app.api.conversation_search import search_conversations
from app.api.conversations import (
    delete_conversation,
    list_conversations,
    post_conversation,
    put_conversation,
    show_conversation,
)
from app.api.data_attributes import list_data_attributes, post_data_attribute, put_data_attribute
from app.api.events import get_events, post_event, post_summaries
from app.api.imports import delete_import, get_contacts_csv, get_import, post_import
from app.api.merge import post_merge
from app.api.missing_users import list_missing_users
from app.api.notes import get_note, list_notes, post_note
from app.api.operations import get_metrics, get_up
from app.api.presence import get_presence, query_presence, stream_presence
from app.api.qualification import get_qualification, post_resync
from app.api.reference import get_openapi
from app.api.search import post_contact_search
from app.api.segments import (
    delete_segment,
    get_segment,
    list_segments,
    list_segments_of_company,
    list_segments_of_contact,
    post_segment,
    put_segment,
)
from app.api.tags import (
    delete_contact_tag,
    get_tag,
    list_contact_tags,
    list_tags,
    post_contact_tag,
    post_tags,
    remove_tag,
)
from app.api.visitors import convert_visitor, get_visitor, put_visitor
from app.api.webhooks import list_deliveries, list_webhooks, post_webhook, remove_webhook


class AnyConvertor(PathConvertor):
    """The rest of a path, whatever it holds: ``path`` alone ends at a line break."""

    regex = "(?s:.*)"


register_url_convertor("any", AnyConvertor())

routes: Final = [
    Route("/up", get_up),
    Route("/metrics", get_metrics),
    Route("/openapi.json", get_openapi),
    Route("/presence", authenticated(get_presence)),
    Route("/presence/query", authenticated(query_presence), methods=["POST"]),
    Route("/presence/stream", authenticated(stream_presence)),
    Route("/webhooks", authenticated(list_webhooks)),
    Route("/webhooks", authenticated(post_webhook), methods=["POST"]),
    Route("/webhooks/{id}", authenticated(remove_webhook), methods=["DELETE"]),
    Route("/webhooks/{id}/deliveries", authenticated(list_deliveries)),
    Route("/contacts", authenticated(list_contacts)),
    Route("/contacts", authenticated(post_contact), methods=["POST"]),
    Route("/contacts/merge", authenticated(post_merge), methods=["POST"]),
    Route("/contacts/find_by_external_id/{external_id:any}", authenticated(get_contact_by_external_id)),
    Route("/contacts/search", authenticated(post_contact_search), methods=["POST"]),
    Route("/contacts/{id}/segments", authenticated(list_segments_of_contact)),
    Route("/companies/{id}/segments", authenticated(list_segments_of_company)),
    Route("/segments", authenticated(list_segments)),
    Route("/segments", authenticated(post_segment), methods=["POST"]),
    Route("/segments/{id}", authenticated(get_segment)),
    Route("/segments/{id}", authenticated(put_segment), methods=["PUT"]),
    Route("/segments/{id}", authenticated(delete_segment), methods=["DELETE"]),
    Route("/contacts/{id}", authenticated(get_contact)),
    Route("/contacts/{id}", authenticated(put_contact), methods=["PUT"]),
    Route("/contacts/{id}", authenticated(delete_contact), methods=["DELETE"]),
    Route("/contacts/{id}/restore", authenticated(restore_contact), methods=["POST"]),
    Route("/contacts/{id}/archive", authenticated(archive_contact), methods=["POST"]),
    Route("/contacts/{id}/unarchive", authenticated(unarchive_contact), methods=["POST"]),
    Route("/contacts/{id}/block", authenticated(block_contact), methods=["POST"]),
    Route("/imports", authenticated(post_import), methods=["POST"]),
    Route("/imports/{id}", authenticated(get_import)),
    Route("/imports/{id}", authenticated(delete_import), methods=["DELETE"]),
    Route("/exports/contacts", authenticated(get_contacts_csv)),
    Route("/missing_users", authenticated(list_missing_users)),
    Route("/contacts/{id}/qualification", authenticated(get_qualification)),
    Route("/contacts/{id}/qualification/{name}/resync", authenticated(post_resync), methods=["POST"]),
    Route("/data_attributes", authenticated(list_data_attributes)),
    Route("/data_attributes", authenticated(post_data_attribute), methods=["POST"]),
    Route("/data_attributes/{id}", authenticated(put_data_attribute), methods=["PUT"]),
    Route("/me", authenticated(get_me)),
    Route("/admins", authenticated(list_admins)),
    Route("/admins/activity_logs", authenticated(list_activity_logs)),
    Route("/admins/{admin_id}", authenticated(get_admin)),
    Route("/admins/{admin_id}/away", authenticated(put_away), methods=["PUT"]),
    Route("/teams", authenticated(list_teams)),
    Route("/teams/{team_id}", authenticated(show_team)),
    Route("/conversations", authenticated(list_conversations)),
    Route("/conversations", authenticated(post_conversation), methods=["POST"]),
    Route("/conversations/search", authenticated(search_conversations), methods=["POST"]),
    Route("/conversations/redact", authenticated(post_redaction), methods=["POST"]),
    Route("/conversations/{conversation_id}", authenticated(show_conversation)),
    Route("/conversations/{conversation_id}", authenticated(put_conversation), methods=["PUT"]),
    Route("/conversations/{conversation_id}", authenticated(delete_conversation), methods=["DELETE"]),
    Route("/conversations/{conversation_id}/reply", authenticated(post_reply), methods=["POST"]),
    Route("/conversations/{conversation_id}/parts", authenticated(post_part), methods=["POST"]),
    Route("/conversations/{conversation_id}/customers", authenticated(post_customer), methods=["POST"]),
    Route(
        "/conversations/{conversation_id}/customers/{contact_id}",
        authenticated(delete_customer),
        methods=["DELETE"],
    ),
    Route("/conversations/{conversation_id}/tags", authenticated(post_tag), methods=["POST"]),
    Route("/conversations/{conversation_id}/tags/{tag_id}", authenticated(delete_tag), methods=["DELETE"]),
    Route("/companies", authenticated(get_companies)),
    Route("/companies", authenticated(post_company), methods=["POST"]),
    Route("/companies/list", authenticated(post_list), methods=["POST"]),
    Route("/companies/scroll", authenticated(get_scroll)),
    Route("/companies/{id}", authenticated(read_company)),
    Route("/companies/{id}", authenticated(put_company), methods=["PUT"]),
    Route("/companies/{id}", authenticated(delete_company), methods=["DELETE"]),
    Route("/companies/{id}/contacts", authenticated(list_people)),
    Route("/contacts/{id}/companies", authenticated(list_contact_companies)),
    Route("/contacts/{id}/companies", authenticated(attach_company), methods=["POST"]),
    Route("/contacts/{id}/companies/{company_id}", authenticated(detach_company), methods=["DELETE"]),
    Route("/tags", authenticated(list_tags)),
    Route("/tags", authenticated(post_tags), methods=["POST"]),
    Route("/tags/{id}", authenticated(get_tag)),
    Route("/tags/{id}", authenticated(remove_tag), methods=["DELETE"]),
    Route("/contacts/{id}/tags", authenticated(list_contact_tags)),
    Route("/contacts/{id}/tags", authenticated(post_contact_tag), methods=["POST"]),
    Route("/contacts/{id}/tags/{tag_id}", authenticated(delete_contact_tag), methods=["DELETE"]),
    Route("/contacts/{id}/notes", authenticated(list_notes)),
    Route("/contacts/{id}/notes", authenticated(post_note), methods=["POST"]),
    Route("/notes/{id}", authenticated(get_note)),
    Route("/visitors", authenticated(get_visitor)),
    Route("/visitors", authenticated(put_visitor), methods=["PUT"]),
    Route("/visitors/convert", authenticated(convert_visitor), methods=["POST"]),
    Route("/events", authenticated(get_events)),
    Route("/events", authenticated(post_event), methods=["POST"]),
    Route("/events/summaries", authenticated(post_summaries), methods=["POST"]),
]
