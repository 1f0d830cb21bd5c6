"""Qualification data in words: sources, writers, lost writes. Rules R30 to R33."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from app.attributes.records import DataAttribute
from app.auth.tokens import create_token
from app.contacts.precedence import Source, Writer, write
from app.contacts.profiles import named_by_id
from app.contacts.store import update_contact
from app.dashboard.qualification import (
    Editing,
    QualifiedOnPage,
    known_of,
    others_on_page,
    qualification_on_page,
)
from app.dashboard.values import ShownValue
from support.attributes import attribute
from support.desk import AddPerson, Team
from support.serving import START, Served

NOW = START + 7_200


@pytest.fixture
def tell(server: Served, acme: Team, add_person: AddPerson) -> Any:
    """The row of ``company_size`` after some writes: of whom, by which way, what."""

    async def tell(
        *writes: tuple[Source, str, Any], editing: Editing | None = None, name: str = "company_size"
    ) -> QualifiedOnPage:
        contact_id = await add_person(acme)

        def work(conn: Connection) -> list[QualifiedOnPage]:
            [contact] = named_by_id(conn, acme.app_id, contact_id)
            values, provenance = contact.custom_attributes, contact.provenance
            for source, by, value in writes:
                values, provenance = write(values, provenance, {name: value}, Writer(source, by, START))
            after = replace(contact, custom_attributes=values, provenance=provenance)
            update_contact(conn, contact, after)
            return qualification_on_page(known_of(conn, after), editing, NOW, "UTC")

        rows = {row.attribute.name: row for row in await server.state.database.write(work)}
        return rows[name]

    return tell


@pytest.mark.parametrize(
    ("source", "by", "words"),
    [
        ("ping", "messenger", "by ping"),
        ("operator", "workflow:2", "by the operator, workflow 2"),
        ("csv", "cli", "by CSV import, the command line"),
        ("rest", "token:99", "by REST, token 99"),
    ],
)
async def test_R33_source_and_writer_are_told(tell: Any, source: Source, by: str, words: str) -> None:
    row = await tell((source, by, 200))
    assert (row.source, row.value.words, row.origin) == (source, "200", words)
    assert row.moment.words == "2 hours ago"


async def test_R33_teammates_and_tokens_go_by_name(tell: Any, server: Served, acme: Team) -> None:
    row = await tell(("manual", f"admin:{acme.admin_id}", 200))
    assert row.origin == "by hand, admin@acme.example"
    await server.state.database.write(lambda conn: create_token(conn, acme.app_id, "Nightly sync", START))
    row = await tell(("rest", "token:1", 200))
    assert row.origin == "by REST, token Nightly sync"


@pytest.mark.parametrize(
    ("writes", "words"),
    [
        ([("manual", 200), ("ping", 50)], "ping said 50, kept 200: set by hand"),
        ([("manual", None), ("ping", 50)], "ping said 50, kept a blank: set by hand"),
        ([("manual", 200), ("ping", None)], "ping said nothing, kept 200: set by hand"),
        ([("manual", 200), ("operator", 50)], "operator said 50, kept 200: set by hand"),
        ([("ping", 200), ("operator", 50)], "operator said 50, kept 200: said by ping"),
        ([("rest", 200), ("operator", 50)], "operator said 50, kept 200: written by REST"),
        ([("csv", 200), ("operator", 50)], "operator said 50, kept 200: imported from CSV"),
        ([("ping", 200), ("operator", 50), ("ping", None)], "operator said 50, which was not kept"),
    ],
)
async def test_R33_lost_writes_are_told(tell: Any, writes: list[tuple[Source, Any]], words: str) -> None:
    row = await tell(*((source, "messenger", value) for source, value in writes))
    assert [loss.words for loss in row.lost] == [words]


async def test_R31_a_blank_set_by_hand_is_told_from_an_empty_one(tell: Any) -> None:
    empty = await tell()
    assert (empty.source, empty.value, empty.blank, empty.origin) == (
        "empty",
        None,
        "unknown",
        "no value yet",
    )
    blank = await tell(("manual", "admin:1", None))
    assert (blank.source, blank.value, blank.blank) == ("manual", None, "left blank")


async def test_field_holds_the_value_or_what_was_refused(tell: Any) -> None:
    row = await tell(("ping", "messenger", 50))
    assert (row.typed, row.is_open, row.wrong) == ("50", False, "")
    row = await tell(("ping", "messenger", 50), editing=Editing("company_size"))
    assert (row.typed, row.is_open) == ("50", True)
    row = await tell(("ping", "messenger", 50), editing=Editing("company_size", "lots", "No."))
    assert (row.typed, row.is_open, row.wrong) == ("lots", True, "No.")
    row = await tell(("ping", "messenger", 50), editing=Editing("company_name", "lots", "No."))
    assert (row.typed, row.is_open, row.wrong) == ("50", False, "")


def row_of(kind: DataAttribute, typed: str) -> QualifiedOnPage:
    value = ShownValue(typed, kind, "UTC")
    return QualifiedOnPage(kind, "ping", value, "", "", None, [], typed, "", False)


def test_booleans_and_lists_offer_choices_and_keep_what_is_no_choice_any_more() -> None:
    assert row_of(attribute(), "x").choices == []
    assert row_of(attribute("x", "boolean"), "true").choices == [
        ("", "unknown"),
        ("true", "yes"),
        ("false", "no"),
    ]
    plans = attribute("plan", "options", options=("Free", "Team"))
    offered = [("", "unknown"), ("Free", "Free"), ("Team", "Team")]
    assert row_of(plans, "Team").choices == offered
    assert row_of(plans, "Gold").choices == [*offered, ("Gold", "Gold")]


async def test_other_attributes_are_shown_by_label_without_archived_and_qualifying_ones(
    server: Served, acme: Team, add_person: AddPerson
) -> None:
    values = {"company_size": 1, "zeal": 2, "Born_at": 1_700_000_000, "unknown": 3}
    contact_id = await add_person(acme, custom_attributes=values)

    def work(conn: Connection) -> list[tuple[str, str]]:
        [contact] = named_by_id(conn, acme.app_id, contact_id)
        known = known_of(conn, contact)
        attributes = {
            **known.attributes,
            "zeal": attribute("zeal", label="Zeal"),
            "Born_at": attribute("Born_at", "date"),
        }
        shown = others_on_page(contact, replace(known, attributes=attributes), "UTC")
        archived = {**attributes, "zeal": attribute("zeal", archived=True)}
        fewer = others_on_page(contact, replace(known, attributes=archived), "UTC")
        assert [label for label, _ in fewer] == ["Born_at", "unknown"]
        return [(label, value.words) for label, value in shown]

    assert await server.state.database.write(work) == [
        ("Born_at", "14 Nov 2023, 22:13:20 UTC"),
        ("unknown", "3"),
        ("Zeal", "2"),
    ]
