"""The hub: each change reaches those who look, and nobody else."""

import pytest

from app.ids import AppId, ContactId
from app.presence.changes import Change
from app.presence.hub import MOST_WATCHED, Hub

APP = AppId("uabcdefg")
OTHER_APP = AppId("uzzzzzzz")


def contact(number: int) -> ContactId:
    return ContactId(f"{number:024x}")


def change(number: int, app_id: AppId = APP) -> Change:
    return Change(app_id, contact(number), True, 1.0, 1.0, 1.0)


class Dashboard:
    def __init__(self) -> None:
        self.heard: list[Change] = []

    def notify(self, change: Change) -> None:
        self.heard.append(change)


def test_change_reaches_those_who_watch_that_contact() -> None:
    hub, one, two = Hub(), Dashboard(), Dashboard()
    hub.watch(APP, one, [contact(1), contact(2)])
    hub.watch(APP, two, [contact(2)])
    hub.publish(change(1))
    hub.publish(change(2))
    hub.publish(change(3))
    assert one.heard == [change(1), change(2)]
    assert two.heard == [change(2)]


def test_R83_same_id_in_another_workspace_is_not_heard() -> None:
    hub, one = Hub(), Dashboard()
    hub.watch(APP, one, [contact(1)])
    hub.publish(change(1, OTHER_APP))
    assert one.heard == []


def test_watching_again_replaces_the_set() -> None:
    hub, one = Hub(), Dashboard()
    hub.watch(APP, one, [contact(1)])
    hub.watch(APP, one, [contact(2)])
    hub.publish(change(1))
    hub.publish(change(2))
    assert one.heard == [change(2)]
    assert hub.watcher_count == 1


def test_five_hundred_can_be_watched_and_one_more_cannot() -> None:
    hub, one = Hub(), Dashboard()
    hub.watch(APP, one, [contact(n) for n in range(MOST_WATCHED)])
    with pytest.raises(ValueError, match="501"):
        hub.watch(APP, one, [contact(n) for n in range(MOST_WATCHED + 1)])
    hub.publish(change(1))
    assert one.heard == [change(1)]


def test_nothing_is_kept_of_a_dashboard_that_went() -> None:
    hub, one = Hub(), Dashboard()
    hub.watch(APP, one, [contact(1)])
    hub.unwatch(one)
    hub.unwatch(one)
    hub.publish(change(1))
    assert one.heard == []
    assert hub.watcher_count == 0


def test_listener_hears_all_of_its_workspace_until_it_ends() -> None:
    hub = Hub()
    heard: list[Change] = []
    unsubscribe = hub.subscribe(APP, heard.append)
    hub.publish(change(1))
    hub.publish(change(2, OTHER_APP))
    unsubscribe()
    hub.publish(change(3))
    assert heard == [change(1)]
