"""Imports and the export in the settings. Rule R55."""

import csv
import io
import re
from dataclasses import replace

import httpx2
import pytest

from app import lifespan
from app.contacts import jobs
from app.contacts.import_jobs import DRAFT_KIND, DRAFT_SECONDS, Importer
from app.contacts.import_receiving import folder_of
from app.contacts.jobs import Job, JobId
from app.dashboard.imports import progress_of
from app.ids import AppId
from support.desk import JSON, AddPerson, Browse, Team, text_of
from support.idling import IdleImporter
from support.serving import START, Served
from support.trail import actions_of, looks

PAGE = "/settings/imports"
HOSTILE = "<img src=x onerror=alert(1)>"
PEOPLE = "Mail,user id,company_size\nada@example.com,1,7\nno email,2,7\nbob@example.com,3,many\n"
COLUMNS = {"column-0": "email", "column-1": "user_id", "column-2": "company_size"}


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's own importer looks for no jobs: tests move another."""
    monkeypatch.setattr(lifespan, "Importer", IdleImporter)


def importer(server: Served) -> Importer:
    return Importer(server.state.database, folder_of(server.state.settings), server.state.clock)


async def send(
    client: httpx2.AsyncClient, team: Team, text: str | bytes = PEOPLE, name: str = "people.csv"
) -> httpx2.Response:
    content = text if isinstance(text, bytes) else text.encode()
    data, files = {"csrf_token": team.csrf_token}, {"file": (name, content, "text/csv")}
    return await client.post(team.url(PAGE), data=data, files=files)


async def press(client: httpx2.AsyncClient, team: Team, url: str, deed: str, **form: str) -> httpx2.Response:
    return await client.post(url, data={"csrf_token": team.csrf_token, "deed": deed, **form})


def kept(server: Served) -> list[str]:
    return [path.name for path in server.state.settings.data_dir.glob("imports/*")]


async def test_R55_a_file_is_looked_at_mapped_imported_and_its_bad_lines_told(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    draft = (await send(admin, acme)).headers["location"]
    page = (await admin.get(draft)).text
    assert re.findall(r'<option value="(\w+)" selected>', page) == ["email", "user_id", "company_size"]
    assert draft in (await admin.get(acme.url(PAGE))).text
    said = text_of(page)
    assert "people.csv" in said
    assert "3 lines; the first as they would be written" in said
    assert "2 ada@example.com 1 7" in said
    assert "Line 3: email is no email address" in said
    assert "Line 4:" in said
    assert await looks(server, "import.previewed") == [{}]
    await importer(server).finish_all()
    assert (await admin.get(acme.url("/users/show?user_id=1"))).status_code == 404

    assert (await press(admin, acme, draft, "import", **COLUMNS)).headers["location"] == draft
    waiting = (await admin.get(draft)).text
    assert f'data-progress-url="{draft}/progress"' in waiting
    assert "Waiting to begin." in text_of(waiting)
    assert "Refresh" in text_of(waiting)
    await importer(server).finish_all()
    told = (await admin.get(f"{draft}/progress", headers=JSON)).json()
    assert told == {
        "state": "completed",
        "rows_done": 3,
        "rows_failed": 2,
        "rows_total": 3,
        "finished": True,
        "words": "Done: 1 of 3 lines were imported. 2 lines were left out.",
    }
    done = (await admin.get(draft)).text
    assert "data-progress-url" not in done
    assert "Line 3: email is no email address" in text_of(done)
    assert "ada@example.com" in (await admin.get(acme.url("/users/show?user_id=1"))).text
    assert "people.csv" not in text_of((await admin.get(acme.url(PAGE))).text)
    assert kept(server) == []
    entries = await server.state.database.read(lambda conn: actions_of(conn, acme.app_id))
    assert ("admin", str(acme.admin_id), "import.begun", draft.rpartition("/")[2]) in entries


async def test_R55_a_preview_follows_the_chosen_columns(admin: httpx2.AsyncClient, acme: Team) -> None:
    draft = (await send(admin, acme, "a,b\nada@example.com,1\n")).headers["location"]
    assert "No column says who a line is about" in text_of((await admin.get(draft)).text)
    page = await press(admin, acme, draft, "preview", **{"column-0": "email"})
    assert page.status_code == 200
    assert "2 ada@example.com" in text_of(page.text)
    twice = await press(admin, acme, draft, "import", **{"column-0": "email", "column-1": "email"})
    assert twice.status_code == 400
    assert "Two columns hold 'email'" in text_of(twice.text)
    unknown = await press(admin, acme, draft, "import", **{"column-0": HOSTILE, "column-1": "email"})
    assert unknown.status_code == 400
    assert HOSTILE not in unknown.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "The file is empty"),
        (b"user_id,\xff\n", "The file is not UTF-8 text"),
        (b"\x00\x01", "The header is not CSV"),
        ('"user_id\n1\n', "The header is not CSV"),
        (",".join(f"c{number}" for number in range(401)), "at most 400 are taken"),
    ],
)
async def test_a_file_that_is_none_is_said_to_be_none_and_not_kept(
    admin: httpx2.AsyncClient, acme: Team, server: Served, text: str | bytes, told: str
) -> None:
    answer = await send(admin, acme, text)
    assert answer.status_code == 400
    assert told in text_of(answer.text)
    assert kept(server) == []


async def test_R55_a_file_with_nobody_in_it_is_said_to_be_so(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    draft = (await send(admin, acme, "Mail,user id\n")).headers["location"]
    page = text_of((await admin.get(draft)).text)
    assert "The file has a header and no lines below it: there is nobody to import." in page
    assert "No line can be written" not in page
    refused = await press(admin, acme, draft, "import", **{"column-0": "email", "column-1": "user_id"})
    assert refused.status_code == 400
    assert "there is nobody to import" in text_of(refused.text)


async def test_two_columns_of_one_name_are_said_to_be_so(admin: httpx2.AsyncClient, acme: Team) -> None:
    draft = (await send(admin, acme, "email,email\na@b.example,c@d.example\n")).headers["location"]
    page = text_of((await admin.get(draft)).text)
    assert "Two columns are named 'email': rename or remove one of them in the file." in page


async def test_no_file_chosen_is_said(admin: httpx2.AsyncClient, acme: Team) -> None:
    answer = await send(admin, acme, b"", name="")
    assert answer.status_code == 400
    assert "Choose a CSV file first." in text_of(answer.text)


async def test_a_draft_is_discarded_or_goes_after_a_day(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    first = (await send(admin, acme)).headers["location"]
    assert (await press(admin, acme, first, "discard")).headers["location"] == acme.url(PAGE)
    assert (await admin.get(first)).status_code == 404
    second = (await send(admin, acme)).headers["location"]
    await importer(server).forget_drafts()
    assert (await admin.get(second)).status_code == 200
    server.clock.advance(DRAFT_SECONDS + 1)
    await importer(server).forget_drafts()
    assert kept(server) == []
    drafts = await server.state.database.read(lambda conn: jobs.recent_jobs(conn, acme.app_id, DRAFT_KIND, 9))
    assert drafts == []


async def test_an_import_is_stopped_and_begins_once_only(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    draft = (await send(admin, acme)).headers["location"]
    for _ in range(2):
        assert (await press(admin, acme, draft, "import", **COLUMNS)).status_code == 303
    entries = await server.state.database.read(lambda conn: actions_of(conn, acme.app_id))
    assert [action for _, _, action, _ in entries].count("import.begun") == 1
    await press(admin, acme, draft, "stop")
    await importer(server).finish_all()
    assert "Stopped after 0 of 3 lines" in text_of((await admin.get(draft)).text)
    assert kept(server) == []


async def test_R55_everybody_is_exported_and_that_is_on_the_log(
    admin: httpx2.AsyncClient, acme: Team, globex: Team, add_person: AddPerson, server: Served
) -> None:
    await add_person(acme, external_id="1", name="=cmd()")
    await add_person(globex, external_id="2")
    answer = await admin.get(acme.url(f"{PAGE}/people.csv"))
    assert "attachment" in answer.headers["content-disposition"]
    [row] = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert (row["user_id"], row["name"]) == ("1", "'=cmd()")
    entries = await server.state.database.read(lambda conn: actions_of(conn, acme.app_id))
    assert entries == [("admin", str(acme.admin_id), "contacts.exported", None)]


async def test_R81_teammates_may_neither_import_nor_export(
    browse: Browse, admin: httpx2.AsyncClient, acme: Team
) -> None:
    draft = (await send(admin, acme)).headers["location"]
    mate, team = browse(acme.teammate_token), replace(acme, csrf_token=acme.teammate_csrf_token)
    for url in (acme.url(PAGE), draft, f"{draft}/progress", acme.url(f"{PAGE}/people.csv")):
        assert (await mate.get(url)).status_code == 403
    for deed in ("import", "preview", "discard", "stop"):
        assert (await press(mate, team, draft, deed, **COLUMNS)).status_code == 403
    assert (await admin.get(draft)).status_code == 200


async def test_R83_files_and_imports_of_another_workspace_are_not_there(
    browse: Browse, admin: httpx2.AsyncClient, acme: Team, globex: Team
) -> None:
    draft = (await send(admin, acme)).headers["location"]
    stranger, job_id = browse(globex.admin_token), draft.rpartition("/")[2]
    for url in (draft, globex.url(f"{PAGE}/{job_id}"), globex.url(f"{PAGE}/{job_id}/progress")):
        assert (await stranger.get(url)).status_code == 404
    for url in (draft, globex.url(f"{PAGE}/{job_id}")):
        for deed in ("import", "discard", "stop"):
            assert (await press(stranger, globex, url, deed, **COLUMNS)).status_code == 404
    assert job_id not in (await stranger.get(globex.url(PAGE))).text
    assert (await stranger.get(acme.url(f"{PAGE}/people.csv"))).status_code == 404
    assert (await admin.get(draft)).status_code == 200


async def test_a_form_without_the_pages_token_is_refused(admin: httpx2.AsyncClient, acme: Team) -> None:
    draft = (await send(admin, acme)).headers["location"]
    assert (await press(admin, replace(acme, csrf_token="x"), draft, "import", **COLUMNS)).status_code == 403


@pytest.mark.parametrize("job_id", ["x", "0" * 24, HOSTILE, "9" * 90])
async def test_an_unknown_import_is_not_there(admin: httpx2.AsyncClient, acme: Team, job_id: str) -> None:
    for url in (acme.url(f"{PAGE}/{job_id}"), acme.url(f"{PAGE}/{job_id}/progress")):
        answer = await admin.get(url)
        assert answer.status_code == 404
        assert HOSTILE not in answer.text


async def test_what_files_columns_and_cells_are_called_is_text(
    admin: httpx2.AsyncClient, acme: Team, server: Served
) -> None:
    text = f"email,name,{HOSTILE}\nada@example.com,{HOSTILE},1\n{HOSTILE},x,1\n"
    draft = (await send(admin, acme, text, name=f"{HOSTILE}.csv")).headers["location"]
    pages = [await admin.get(draft), await admin.get(acme.url(PAGE))]
    form = {"column-0": "email", "column-1": "name"}
    pages.append(await press(admin, acme, draft, "preview", **form))
    await press(admin, acme, draft, "import", **form)
    await importer(server).finish_all()
    pages.append(await admin.get(draft))
    for page in pages:
        assert page.status_code == 200
        assert "<img src=x" not in page.text
    assert "&lt;img src=x onerror=alert(1)&gt;" in pages[0].text


def test_progress_is_told_in_words() -> None:
    job = Job(AppId("u"), JobId("1"), "import", "running", {}, START, START, "admin", "1", 5_000, 1_250, 1)
    assert progress_of(job).words == "1,250 of 5,000 lines. 1 line was left out."
    assert not progress_of(job).is_finished
    failed = progress_of(replace(job, state="failed", rows_failed=0, finished_at=START))
    assert (failed.words, failed.is_finished) == ("It could not go on after 1,250 of 5,000 lines.", True)
