"""Every error by its name, with the status and code that the outside sees.

Rules, stores and operations raise these; the edges (REST, messenger, dashboard, command
line) translate them, once. The message names the value and the rule. It may be shown to
whoever sent the request, so it carries no personal data but what that request said.
"""

from typing import ClassVar


class PorchlightError(Exception):
    """The root of all errors that are an answer, not a fault."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "parameter_invalid"
    retry_after_seconds: int | None = None
    """When to come again, where that is known."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SettingError(PorchlightError):
    """A setting that can't be right: the start stops with this sentence."""


class ParameterInvalid(PorchlightError):
    """A value that does not fit."""


class ParameterNotFound(PorchlightError):
    """A value that had to be there and is not."""

    code = "parameter_not_found"


class InvalidField(PorchlightError):
    """A search by a field that there is not."""

    code = "invalid_field"


class BadRequest(PorchlightError):
    """A parameter that is none."""

    code = "bad_request"


class ScrollExists(PorchlightError):
    """One walk over a workspace's companies is open already."""

    code = "scroll_exists"

    def __init__(self, message: str = "scroll already exists for this workspace") -> None:
        super().__init__(message)


class CompanyLimitExceeded(PorchlightError):
    code = "contact_company_limit_exceeded"


class TagInUse(PorchlightError):
    """A tag that segments ask for can't be deleted."""

    code = "tag_has_dependent_objects"


class IntercomVersionInvalid(PorchlightError):
    """An ``Intercom-Version`` that nobody has heard of."""

    code = "intercom_version_invalid"


class BodyTooLarge(PorchlightError):
    status = 413
    code = "request_too_large"


class UnsupportedBody(PorchlightError):
    status = 415
    code = "media_type_not_acceptable"


class UpgradeRequired(PorchlightError):
    """A WebSocket was asked for by a request that opens none."""

    status = 426
    code = "upgrade_required"

    def __init__(self) -> None:
        super().__init__("Open this as a WebSocket, version 13")


class Unauthorized(PorchlightError):
    """No token, or one that opens nothing."""

    status = 401
    code = "unauthorized"

    def __init__(self, message: str = "Access Token Invalid") -> None:
        super().__init__(message)


class Forbidden(PorchlightError):
    status = 403
    code = "forbidden"


class IdentityNotProven(Forbidden):
    """A ping that claims to be somebody without the workspace's signature. Rule R80."""

    code = "identity_not_proven"


class OriginNotAllowed(Forbidden):
    """A browser on a site that the workspace does not list."""

    code = "origin_not_allowed"


class ContactBlocked(Forbidden):
    """Somebody whom a teammate wants no more of."""

    def __init__(self, message: str = "This contact has been blocked") -> None:
        super().__init__(message)


class TicketForged(Forbidden):
    code = "ticket_invalid"

    def __init__(self, message: str = "This ticket was not issued here") -> None:
        super().__init__(message)


class TicketExpired(Unauthorized):
    code = "ticket_expired"

    def __init__(self, message: str = "This ticket has expired: ping again") -> None:
        super().__init__(message)


class NotFound(PorchlightError):
    status = 404
    code = "not_found"

    def __init__(self, message: str = "Resource Not Found") -> None:
        super().__init__(message)


class UserNotFound(NotFound):
    """No contact of this workspace has that id, or it has been deleted."""

    def __init__(self, message: str = "User Not Found") -> None:
        super().__init__(message)


class WorkspaceNotFound(NotFound):
    code = "app_not_found"

    def __init__(self, message: str = "No workspace has this app_id") -> None:
        super().__init__(message)


class AttributeNotFound(NotFound):
    """A data attribute that is not there to be changed."""

    code = "field_not_found"

    def __init__(self, message: str = "We couldn't find that data attribute to update") -> None:
        super().__init__(message)


class AttributeInUse(PorchlightError):
    """A data attribute that something else, such as a segment, can't do without."""

    status = 422
    code = "data_invalid"

    def __init__(
        self, message: str = "The Data Attribute you are trying to archive has a dependant object"
    ) -> None:
        super().__init__(message)


class AdminNotFound(NotFound):
    """No teammate of this workspace has the id; ``field`` is where a body named it."""

    code = "admin_not_found"

    def __init__(self, field: str | None = None) -> None:
        super().__init__("Admin not found" if field is None else f"Admin for {field} not found")


class TeamNotFound(NotFound):
    code = "team_not_found"

    def __init__(self, message: str = "Team not found") -> None:
        super().__init__(message)


class VisitorNotFound(NotFound):
    def __init__(self, message: str = "Visitor Not Found") -> None:
        super().__init__(message)


class CompanyNotFound(NotFound):
    code = "company_not_found"

    def __init__(self, message: str = "Company Not Found") -> None:
        super().__init__(message)


class ConversationNotFound(NotFound):
    """What is to be tagged is not there; other routes say Resource Not Found."""

    def __init__(self, message: str = "Conversation not found") -> None:
        super().__init__(message)


class TagNotFound(NotFound):
    code = "tag_not_found"

    def __init__(self, message: str = "Tag not found") -> None:
        super().__init__(message)


class ConversationPartNotFound(NotFound):
    code = "conversation_part_or_message_not_found"

    def __init__(self, message: str = "Conversation part or message not found") -> None:
        super().__init__(message)


class ConversationPartNotRedactable(PorchlightError):
    """It says nothing, or is a first message that no contact wrote."""

    code = "conversation_part_not_redactable"

    def __init__(self, message: str = "Conversation part not redactable") -> None:
        super().__init__(message)


class LastCustomer(PorchlightError):
    """A conversation without a contact would be nobody's."""

    status = 422

    def __init__(self, message: str = "Removing the last customer is not allowed") -> None:
        super().__init__(message)


class Conflict(PorchlightError):
    status = 409
    code = "conflict"


class ContactDeleted(PorchlightError):
    status = 410
    code = "contact_deleted"

    def __init__(self, message: str = "This contact has been deleted") -> None:
        super().__init__(message)


class WrongRegion(PorchlightError):
    """The workspace lives on another deployment; ``host`` is where, if this one knows. Rule R52."""

    status = 421
    code = "wrong_region"

    def __init__(self, message: str, host: str | None = None) -> None:
        super().__init__(message)
        self.host = host


class RateLimited(PorchlightError):
    status = 429
    code = "rate_limit_exceeded"

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class AttributeUnread(PorchlightError):
    """An attribute's type was changed a moment ago, and its values are being read anew. Rule R41."""

    status = 503
    code = "attribute_unread"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} was given another type: its values are being read anew, and nothing is searched by it "
            "until they are. Ask again in a moment"
        )


class ServiceUnavailable(PorchlightError):
    """The server goes down before it could take or answer a request."""

    status = 503
    code = "service_unavailable"
    retry_after_seconds = 5


class StorageUnavailable(PorchlightError):
    """The database can't take a write now; nothing was recorded."""

    status = 503
    code = "storage_unavailable"


class StorageFull(StorageUnavailable):
    status = 507
    code = "storage_full"


class ReadTooSlow(StorageUnavailable):
    """A question that was stopped at its deadline."""

    code = "query_timeout"

    def __init__(self, message: str = "This took too long to look up: ask for less") -> None:
        super().__init__(message)
