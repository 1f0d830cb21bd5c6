"""The attributes that every contact and company has: what they are called, and which of them REST writes.

Those of companies are word for word as in the public description; it shows none of contacts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.attributes.records import AttributeType, Model


@dataclass(frozen=True, slots=True)
class StandardAttribute:
    """``full_name`` is the way to it in a contact or company as it is answered."""

    full_name: str
    label: str
    type: AttributeType
    description: str
    api_writable: bool = False

    @property
    def name(self) -> str:
        return self.full_name.rpartition(".")[2]


_CONTACT: Final = (
    StandardAttribute("id", "ID", "string", "The id that represents the contact here"),
    StandardAttribute("external_id", "User ID", "string", "Your own id of a user", api_writable=True),
    StandardAttribute("role", "Role", "string", "Visitor, lead or user", api_writable=True),
    StandardAttribute("email", "Email", "string", "The email address", api_writable=True),
    StandardAttribute("phone", "Phone", "string", "The telephone number", api_writable=True),
    StandardAttribute("name", "Name", "string", "The full name", api_writable=True),
    StandardAttribute("first_name", "First name", "string", "The first part of the name"),
    StandardAttribute("last_name", "Last name", "string", "The last part of the name"),
    StandardAttribute("pseudonym", "Pseudonym", "string", "What somebody without a name is called"),
    StandardAttribute("avatar", "Avatar", "string", "The picture", api_writable=True),
    StandardAttribute(
        "owner_id", "Owner", "integer", "The teammate who looks after the contact", api_writable=True
    ),
    StandardAttribute("created_at", "Created at", "date", "When the contact was added here"),
    StandardAttribute("updated_at", "Updated at", "date", "When the contact was changed last"),
    StandardAttribute(
        "signed_up_at", "Signed up", "date", "When a user signed up with you", api_writable=True
    ),
    StandardAttribute(
        "last_seen_at", "Last seen", "date", "When the contact was last there", api_writable=True
    ),
    StandardAttribute(
        "last_contacted_at", "Last contacted", "date", "When a teammate last wrote to the contact"
    ),
    StandardAttribute("last_replied_at", "Last heard from", "date", "When the contact last wrote"),
    StandardAttribute("session_count", "Web sessions", "integer", "How often the contact came, in browsers"),
    StandardAttribute("ios_session_count", "iOS sessions", "integer", "How often the contact came, on iOS"),
    StandardAttribute(
        "android_session_count", "Android sessions", "integer", "How often the contact came, on Android"
    ),
    StandardAttribute("browser", "Browser", "string", "The browser of the last visit"),
    StandardAttribute("browser_version", "Browser version", "string", "The version of that browser"),
    StandardAttribute("os", "Browser OS", "string", "The system that browser runs on"),
    StandardAttribute(
        "language_override", "Language override", "string", "The language to speak", api_writable=True
    ),
    StandardAttribute("location.country", "Country", "string", "Where the contact is"),
    StandardAttribute("location.region", "Region", "string", "Where the contact is"),
    StandardAttribute("location.city", "City", "string", "Where the contact is"),
    StandardAttribute(
        "unsubscribed_from_emails",
        "Unsubscribed from emails",
        "boolean",
        "Whether the contact wants no emails",
        api_writable=True,
    ),
)

_COMPANY: Final = (
    StandardAttribute("name", "Company name", "string", "The name of a company", api_writable=True),
    StandardAttribute("company_id", "Company ID", "string", "A number identifying a company"),
    StandardAttribute(
        "last_request_at",
        "Company last seen",
        "date",
        "The last day anyone from a company visited your site or app",
    ),
    StandardAttribute(
        "remote_created_at",
        "Company created at",
        "date",
        "The day a company was added to Intercom",
        api_writable=True,
    ),
    StandardAttribute("user_count", "People", "integer", "The number of people in a company"),
    StandardAttribute(
        "session_count",
        "Company web sessions",
        "integer",
        "All visits from anyone in a company to your product's site or app",
    ),
    StandardAttribute(
        "plan.name",
        "Plan",
        "string",
        "A specific plan or level within your product that companies have signed up to",
    ),
    StandardAttribute(
        "monthly_spend",
        "Monthly Spend",
        "float",
        "The monthly revenue you receive from a company",
        api_writable=True,
    ),
    StandardAttribute(
        "size",
        "Company size",
        "integer",
        "The number of people employed in this company, expressed as a single number",
        api_writable=True,
    ),
    StandardAttribute(
        "industry",
        "Company industry",
        "string",
        "The category or domain this company belongs to e.g. 'ecommerce' or 'SaaS'",
        api_writable=True,
    ),
    StandardAttribute(
        "website",
        "Company website",
        "string",
        "The web address for the company's primary marketing site",
        api_writable=True,
    ),
    StandardAttribute("id", "ID", "string", "The Intercom defined id representing the company"),
    StandardAttribute("created_at", "Created at", "date", "The time the company was added to Intercom"),
    StandardAttribute("updated_at", "Updated at", "date", "The last time the company was updated"),
    StandardAttribute("plan.id", "Plan ID", "string", "The Intercom defined id representing the plan"),
    StandardAttribute("app_id", "App ID", "string", "The Intercom defined id representing the app"),
)

STANDARD: Final[Mapping[Model, tuple[StandardAttribute, ...]]] = {"contact": _CONTACT, "company": _COMPANY}
