"""People data: what attributes are, changed by hand. Rules R40 and R41."""

import re

import httpx2
import pytest
from sqlalchemy import Connection, insert, select

from app import lifespan
from app.attributes.operations import AttributeDraft, attributes_of, create_attribute, make_missing
from app.attributes.records import AttributeId, DataAttribute
from app.attributes.rereading import Rereader
from app.attributes.store import set_mark
from app.storage.tables import audit_log, segments
from app.trail.records import SYSTEM
from support.desk import AddPerson, Browse, Team, text_of
from support.idling import IdleRereader
from support.serving import START, Served

PAGE, ARCHIVE = "/settings/people-data", "/settings/people-data/archive"
HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


async def send(client: httpx2.AsyncClient, team: Team, path: str = PAGE, **fields: str) -> httpx2.Response:
    return await client.post(team.url(path), data={"csrf_token": team.csrf_token, **fields})


async def known(server: Served, team: Team, name: str) -> DataAttribute:
    found = await server.state.database.read(lambda conn: attributes_of(conn, team.app_id, "contact"))
    return found[name]


async def make(server: Served, team: Team, name: str = "renews", value: int | str = 1) -> str:
    """An attribute as a ping makes it; its id as forms name it."""
    await server.state.database.write(
        lambda conn: make_missing(conn, team.app_id, "contact", {name: value}, START)
    )
    return str((await known(server, team, name)).id)


async def logged(server: Served, team: Team) -> list[tuple[str, object]]:
    statement = select(audit_log).where(audit_log.c.app_id == team.app_id).order_by(audit_log.c.id)
    rows = await server.state.database.read(lambda conn: conn.execute(statement).all())
    return [(row.action, row.detail.get("fields")) for row in rows]


async def test_R41_attribute_set_to_date_shows_its_numbers_as_dates(
    admin: httpx2.AsyncClient, acme: Team, server: Served, add_person: AddPerson
) -> None:
    renews = await make(server, acme)
    ada = await add_person(acme, custom_attributes={"renews": 1_700_000_000})
    profile = acme.url(f"/users/show?id={ada}")
    assert "renews 1700000000" in text_of((await admin.get(profile)).text)
    answer = await send(admin, acme, id=renews, type="date")
    assert answer.status_code == 303
    assert answer.headers["location"].endswith(f"#attribute-{renews}")
    assert "renews 14 Nov 2023, 22:13:20 UTC" in text_of((await admin.get(profile)).text)
    page = (await admin.get(answer.headers["location"])).text
    assert page.count("Saved.") == 1
    assert await logged(server, acme) == [
        ("contact.viewed", None),
        ("data_attribute.updated", ["type"]),
        ("contact.viewed", None),
    ]


async def test_R40_description_writers_and_options_are_saved(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    plan = await make(server, acme, "plan", "Team")
    fields = {"type": "options", "description": " Which plan ", "options": "Free\r\n\r\nTeam\r\n"}
    await send(admin, acme, id=plan, off_messenger="on", **fields)
    attribute = await known(server, acme, "plan")
    assert (attribute.type, attribute.options) == ("options", ("Free", "Team"))
    assert (attribute.description, attribute.messenger_writable) == ("Which plan", False)
    page = (await admin.get(acme.url(PAGE))).text
    assert 'value="Which plan"' in page
    assert "Free\nTeam</textarea>" in page
    await send(admin, acme, id=plan, type="string", description="")
    attribute = await known(server, acme, "plan")
    assert (attribute.type, attribute.options, attribute.description) == ("string", (), None)
    assert attribute.messenger_writable


@pytest.mark.parametrize(
    ("name", "fields", "field", "said"),
    [
        ("seen_at", {"type": "integer"}, "type", "seen_at is a date, as all names that end in _at are."),
        ("plan", {"type": "blob"}, "type", "Choose one of the types."),
        ("plan", {}, "type", "Choose one of the types."),
        ("plan", {"type": "options", "options": "one"}, "options", "a list has 2 to 250."),
        ("plan", {"type": "string", "description": "x" * 1_001}, "description", "at most 1000 characters"),
    ],
)
async def test_what_can_not_be_is_told_beside_its_field(
    admin: httpx2.AsyncClient,
    acme: Team,
    server: Served,
    name: str,
    fields: dict[str, str],
    field: str,
    said: str,
) -> None:
    attribute_id = await make(server, acme, name)
    before = await known(server, acme, name)
    answer = await send(admin, acme, id=attribute_id, **fields)
    assert answer.status_code == 400
    mark = f"attribute-{attribute_id}-{field}-wrong"
    assert f'aria-invalid="true" aria-describedby="{mark}"' in answer.text
    assert said in text_of(answer.text[answer.text.index(f'id="{mark}"') - 10 :])
    assert await known(server, acme, name) == before


async def test_R40_archive_and_unarchive(admin: httpx2.AsyncClient, acme: Team, server: Served) -> None:
    plan = await make(server, acme, "plan")
    assert (await send(admin, acme, ARCHIVE, id=plan)).status_code == 303
    assert (await known(server, acme, "plan")).archived
    page = (await admin.get(acme.url(PAGE))).text
    assert re.search(r"<h2>Archived</h2>.*data-attribute=\"plan\"", page, re.DOTALL)
    await send(admin, acme, ARCHIVE, id=plan, archived="false")
    assert not (await known(server, acme, "plan")).archived
    assert "<h2>Archived</h2>" not in (await admin.get(acme.url(PAGE))).text
    assert await logged(server, acme) == [("data_attribute.updated", ["archived"])] * 2


async def test_attribute_that_a_segment_asks_for_is_not_archived(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    plan = await make(server, acme, "plan")
    segment = {
        "id": "a" * 24,
        "app_id": acme.app_id,
        "name": "Paying",
        "person_type": "user",
        "created_at": START,
    }
    tree = {"field": "custom_attributes.plan", "operator": "=", "value": "Team"}

    def add(conn: Connection) -> None:
        conn.execute(insert(segments), {**segment, "filter": tree, "updated_at": START})

    await server.state.database.write(add)
    answer = await send(admin, acme, ARCHIVE, id=plan)
    assert answer.status_code == 400
    assert "A segment asks for this attribute" in text_of(answer.text)
    assert not (await known(server, acme, "plan")).archived


async def test_R40_no_more_than_250_are_brought_back(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    plan = await make(server, acme, "plan")
    await send(admin, acme, ARCHIVE, id=plan)
    firsts = {f"a{number}": number for number in range(250)}
    await server.state.database.write(lambda conn: make_missing(conn, acme.app_id, "contact", firsts, START))
    answer = await send(admin, acme, ARCHIVE, id=plan, archived="false")
    assert answer.status_code == 400
    assert "You have 250 active attributes" in text_of(answer.text)
    assert (await known(server, acme, "plan")).archived


async def test_teammate_may_look_and_not_change(browse: Browse, acme: Team, server: Served) -> None:
    plan = await make(server, acme, "plan")
    mate = browse(acme.teammate_token)
    page = (await mate.get(acme.url(PAGE))).text
    assert 'data-attribute="plan"' in page
    assert '<fieldset class="fields" disabled>' in page
    assert ">Save</button>" not in page
    assert ">Archive</button>" not in page
    for path in (PAGE, ARCHIVE):
        fields = {"csrf_token": acme.teammate_csrf_token, "id": plan, "type": "date"}
        assert (await send(mate, acme, path, **fields)).status_code == 403
    attribute = await known(server, acme, "plan")
    assert (attribute.type, attribute.archived) == ("integer", False)


async def test_form_without_its_token_changes_nothing(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    plan = await make(server, acme, "plan")
    for path in (PAGE, ARCHIVE):
        assert (await send(admin, acme, path, id=plan, type="date", csrf_token="x")).status_code == 403
    assert (await known(server, acme, "plan")).type == "integer"


@pytest.mark.parametrize("given", ["", "x", "-1", "0", "٣", "9999999999", "1" * 40])
async def test_attribute_that_is_none_is_not_found(admin: httpx2.AsyncClient, acme: Team, given: str) -> None:
    for path in (PAGE, ARCHIVE):
        assert (await send(admin, acme, path, id=given, type="date")).status_code == 404


async def test_attributes_of_companies_are_not_here(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    draft = AttributeDraft("company", "size class", "string")
    made = await server.state.database.write(
        lambda conn: create_attribute(conn, acme.app_id, draft, actor=SYSTEM, now=START)
    )
    assert "size class" not in (await admin.get(acme.url(PAGE))).text
    assert (await send(admin, acme, id=str(made.id), type="date")).status_code == 404


async def test_R83_attributes_of_another_workspace_are_as_unknown_as_none(
    admin: httpx2.AsyncClient, acme: Team, globex: Team, server: Served
) -> None:
    theirs = await make(server, globex, "secret")
    unknown = await send(admin, acme, id="2000000000", type="date")
    for path in (PAGE, ARCHIVE):
        foreign = await send(admin, acme, path, id=theirs, type="date")
        assert (foreign.status_code, foreign.text) == (404, unknown.text)
        into = await send(admin, globex, path, id=theirs, type="date", csrf_token=acme.csrf_token)
        assert (into.status_code, into.text) == (404, unknown.text)
    assert "secret" not in (await admin.get(acme.url(PAGE))).text
    assert (await admin.get(globex.url(PAGE))).status_code == 404
    attribute = await known(server, globex, "secret")
    assert (attribute.type, attribute.archived) == ("integer", False)


async def test_hostile_names_and_texts_are_shown_as_text(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    hostile = await make(server, acme, HOSTILE)
    await send(
        admin, acme, id=hostile, type="options", description=HOSTILE, options=f"{HOSTILE}\n</textarea>"
    )
    refused = await send(admin, acme, id=hostile, type="blob", description=HOSTILE, options="</textarea>")
    assert refused.status_code == 400
    for html in (
        (await admin.get(acme.url(PAGE))).text,
        (await admin.get(acme.url("/settings/qualification"))).text,
        (await admin.get(acme.url(f"{PAGE}?saved={hostile}%22%3E%3Cscript%3E"))).text,
        refused.text,
    ):
        assert "<img src=x" not in html
        assert "<script>" not in html


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server itself reads no values anew."""
    monkeypatch.setattr(lifespan, "Rereader", IdleRereader)


@pytest.mark.usefixtures("by_hand")
async def test_R41_how_far_values_have_been_read_anew_is_told(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    made = await make(server, acme)
    await server.state.database.write(lambda conn: set_mark(conn, AttributeId(int(made)), ""))
    page = await admin.get(acme.url("/settings/people-data"))
    assert "Its values are being read anew: 0 of 0." in text_of(page.text)
    await Rereader(server.state.database).finish_all()
    page = await admin.get(acme.url("/settings/people-data"))
    assert "being read anew" not in text_of(page.text)
