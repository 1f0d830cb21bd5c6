"""Profiles, and how they are found. Rule R51."""

import re

import httpx2
import pytest

from app.companies import store as companies
from app.companies.records import Company
from app.contacts.events_store import insert_event
from app.ids import CompanyId
from app.presence.changes import Interval
from app.presence.store import write_intervals
from support.claims import assert_error_list
from support.desk import JSON, AddPerson, Browse, Team, text_of
from support.serving import START, Served

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


@pytest.mark.parametrize("query", ["id={id}", "user_id=7", "email=ada@example.com", "email=ADA@Example.com "])
async def test_R51_profile_is_found_by_id_user_id_and_email(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, query: str
) -> None:
    ada = await add_person(acme, name="Ada Lovelace", external_id="7", email="ada@example.com")
    page = await admin.get(acme.url(f"/users/show?{query.format(id=ada)}"))
    assert page.status_code == 200
    assert f'data-contact-id="{ada}"' in page.text
    # The name alone: a dot within would have it called "Online Ada Lovelace".
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", page.text) == ["Ada Lovelace"]


async def test_R51_email_of_several_lists_them(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    user = await add_person(acme, name="Ada", email="team@example.com")
    lead = await add_person(acme, role="lead", name="Bob", email="Team@example.com")
    await add_person(acme, role="lead", name="Carl", email="other@example.com")
    page = await admin.get(acme.url("/users/show?email=team@example.com"))
    assert page.status_code == 200
    assert "2 people have this email" in text_of(page.text)
    for contact_id in (user, lead):
        assert f'href="{acme.url("/users/show")}?id={contact_id}"' in page.text
        assert f'data-contact-id="{contact_id}"' in page.text
    assert "Carl" not in page.text


@pytest.mark.parametrize(
    "query", ["user_id=8", "user_id=", "email=nobody@example.com", "email=%00", "user_id=" + "x" * 9_000]
)
async def test_R51_nobody_is_a_clear_404(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, query: str
) -> None:
    await add_person(acme, external_id="7", email="ada@example.com")
    page = await admin.get(acme.url(f"/users/show?{query}"))
    assert page.status_code == 404
    assert "Nobody found" in text_of(page.text)


@pytest.mark.parametrize("value", ["0" * 24, "x", "", "' OR 1=1 --"])
async def test_unknown_id_is_a_404(admin: httpx2.AsyncClient, acme: Team, value: str) -> None:
    page = await admin.get(acme.url("/users/show"), params={"id": value})
    assert page.status_code == 404
    assert_error_list(
        await admin.get(acme.url("/users/show"), params={"id": value}, headers=JSON), 404, "not_found"
    )


async def test_address_that_names_nobody_is_refused(admin: httpx2.AsyncClient, acme: Team) -> None:
    page = await admin.get(acme.url("/users/show"))
    assert page.status_code == 400
    assert "id, user_id or email" in text_of(page.text)


async def test_R83_profiles_of_another_workspace_do_not_exist(
    browse: Browse, acme: Team, globex: Team, add_person: AddPerson
) -> None:
    hidden = await add_person(globex, name="Secret Sam", external_id="7", email="sam@example.com")
    client = browse(acme.admin_token)
    foreign = await client.get(acme.url(f"/users/show?id={hidden}"))
    unknown = await client.get(acme.url(f"/users/show?id={'0' * 24}"))
    assert (foreign.status_code, foreign.text) == (404, unknown.text)
    for query in ("user_id=7", "email=sam@example.com"):
        page = await client.get(acme.url(f"/users/show?{query}"))
        assert page.status_code == 404
        assert "Secret" not in page.text


async def test_deleted_people_have_no_profile(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    gone = await add_person(acme, listed=False, deleted_at=START, external_id="7", email="gone@example.com")
    for query in (f"id={gone}", "user_id=7", "email=gone@example.com"):
        assert (await admin.get(acme.url(f"/users/show?{query}"))).status_code == 404


async def test_R64_archived_people_keep_their_profile_which_says_so(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    kept = await add_person(
        acme, listed=False, archived_at=START, external_id="7", email="kept@example.com", name="Kim"
    )
    for query in (f"id={kept}", "user_id=7", "email=kept@example.com"):
        said = text_of((await admin.get(acme.url(f"/users/show?{query}"))).text)
        assert "Archived" in said
        assert "Unarchive" in said


async def test_profile_tells_what_is_known(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(
        acme,
        name="Ada Lovelace",
        email="ada@example.com",
        phone="+44 20 7946 0000",
        external_id="7",
        first_seen_at=START - 86_400,
        last_seen_at=START - 7_200,
        session_count=12,
        ios_session_count=3,
        browser="Firefox",
        browser_version="144",
        os="Linux",
        timezone="Europe/London",
        city="London",
        region="London",
        country="United Kingdom",
        page_url="https://shop.example/cart",
        page_title="Your cart",
        custom_attributes={"plan": "Team", "seats": 4, "newsletter": False},
    )
    await server.state.database.write(
        lambda conn: insert_event(
            conn, acme.app_id, ada, name="checked-out", created_at=START - 60, metadata={}
        )
    )
    company = Company(
        app_id=acme.app_id,
        id=CompanyId("c" * 24),
        company_id="engines",
        name="Analytical Engines",
        created_at=START,
        updated_at=START,
        last_seen_at=None,
        session_count=0,
        custom_attributes={},
    )
    await server.state.database.write(lambda conn: companies.insert_companies(conn, [company]))
    await server.state.database.write(
        lambda conn: companies.attach(conn, acme.app_id, ada, [company.id], START)
    )
    html = (await admin.get(acme.url(f"/users/show?id={ada}"))).text
    page = text_of(html)
    for fact in (
        "Phone +44 20 7946 0000",
        "User ID 7",
        "Also known as Pink Stereo",
        "First seen 1 day ago",
        "Last seen 2 hours ago",
        "Web sessions 12",
        "iOS sessions 3",
        "Location London, United Kingdom",
        "Browser Firefox 144",
        "System Linux",
        "Your cart https://shop.example/cart",
        "plan Team",
        "seats 4",
        "newsletter no",
        "Analytical Engines engines",
        "checked-out 1 minute ago",
    ):
        assert fact in page, fact
    assert 'href="https://shop.example/cart" rel="noopener noreferrer nofollow"' in html
    assert "Android" not in page


async def test_profile_has_the_same_dot_as_the_list(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(acme)
    assert 'data-online="false"' in (await admin.get(acme.url(f"/users/show?id={ada}"))).text
    server.state.tracker.ping(acme.app_id, ada, START)
    assert (
        'data-online="true" role="img" aria-label="Online"'
        in (await admin.get(acme.url(f"/users/show?id={ada}"))).text
    )


async def test_strip_holds_the_past_and_what_is_running(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(acme)
    past = Interval(acme.app_id, ada, START - 86_400, START - 86_400 + 7_500)
    await server.state.database.write(lambda conn: write_intervals(conn, [past]))
    for seconds_ago in range(3_600, -1, -60):
        server.state.tracker.ping(acme.app_id, ada, START - seconds_ago)
    html = (await admin.get(acme.url(f"/users/show?id={ada}"))).text
    assert 'aria-label="Mon 13 Nov: 1 h 46 min online"' in html
    assert 'aria-label="Tue 14 Nov: 1 h 18 min online"' in html
    assert "Online on 2 of the last 7 days, 3 h 5 min in all." in text_of(html)


async def test_strip_holds_a_spell_that_began_long_before_it(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(acme)
    long = Interval(acme.app_id, ada, START - 30 * 86_400, START - 86_400)
    await server.state.database.write(lambda conn: write_intervals(conn, [long]))
    page = text_of((await admin.get(acme.url(f"/users/show?id={ada}"))).text)
    assert "Online on 6 of the last 7 days" in page


async def test_strip_of_somebody_never_online_says_so(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    ada = await add_person(acme, last_seen_at=None)
    page = text_of((await admin.get(acme.url(f"/users/show?id={ada}"))).text)
    assert "Not online in the last 7 days." in page
    assert "Last seen never" in page


async def test_hostile_values_are_shown_as_text_and_lead_nowhere(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada = await add_person(
        acme,
        name=HOSTILE,
        email=HOSTILE,
        phone=HOSTILE,
        external_id=HOSTILE,
        city=HOSTILE,
        browser=HOSTILE,
        os=HOSTILE,
        timezone=HOSTILE,
        page_url="javascript:alert(1)",
        page_title=HOSTILE,
        referrer="javascript:alert(1)",
        avatar_url="data:image/svg+xml,<svg onload=alert(1)>",
        custom_attributes={HOSTILE: HOSTILE},
    )
    await server.state.database.write(
        lambda conn: insert_event(conn, acme.app_id, ada, name=HOSTILE, created_at=START, metadata={})
    )
    for query in (f"id={ada}", "email=" + "%3Cscript%3E"):
        html = (await admin.get(acme.url(f"/users/show?{query}"))).text
        assert "<img" not in html.replace('<img src="/static/favicon.svg"', "")
        assert "<script>" not in html
        assert 'href="javascript' not in html
        assert 'src="data' not in html
