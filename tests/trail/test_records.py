"""Who does a deed."""

from app.trail.records import CLI, Actor


def test_an_actor_is_named_by_kind_and_id() -> None:
    assert [str(actor) for actor in (Actor("token", "7"), Actor("admin", "3"), CLI)] == [
        "token:7",
        "admin:3",
        "cli",
    ]
