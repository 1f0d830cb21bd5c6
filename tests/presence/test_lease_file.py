"""The lease file: what one process stores, the next one finds."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from app.errors import SettingError
from app.ids import AppId, ContactId
from app.presence import lease_file
from app.presence.lease_file import ACTIVE, SEEN, SLOTS_PER_SEGMENT, UNTIL, LeaseFile

APP = AppId("uabcdefg")
ADA = ContactId("0123456789abcdef01234567")


def contact(number: int) -> ContactId:
    return ContactId(f"{number:024x}")


def test_next_process_finds_each_timestamp(tmp_path: Path) -> None:
    first = LeaseFile(tmp_path / "presence")
    slot = first.take(APP, ADA, 1000.25, 990.5)
    slot.times[slot.at + SEEN] = 1234.5
    first.close()

    [stored] = LeaseFile(tmp_path / "presence").read()

    assert (stored.app_id, stored.contact_id) == (APP, ADA)
    assert (stored.seen_at, stored.active_at, stored.since, stored.until) == (1234.5, 990.5, 1000.25, 0.0)


def test_killed_process_loses_no_heartbeat(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from app.presence.lease_file import LeaseFile
        leases = LeaseFile(Path(sys.argv[1]))
        slot = leases.take("uabcdefg", "0123456789abcdef01234567", 1.0, 1.0)
        beats = 0
        while True:
            beats += 1
            slot.times[slot.at] = float(beats)
            if beats % 1000 == 0:
                print(beats, flush=True)
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "presence")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(20)]
    os.kill(process.pid, signal.SIGKILL)
    told += [int(line) for line in process.stdout.read().splitlines() if line]
    process.stdout.close()
    process.wait()

    [stored] = LeaseFile(tmp_path / "presence").read()

    assert stored.seen_at >= told[-1]


def test_freed_slots_are_used_again(tmp_path: Path) -> None:
    leases = LeaseFile(tmp_path / "presence")
    slot = leases.take(APP, ADA, 1.0, 1.0)
    leases.free(slot)

    assert leases.take(APP, contact(7), 2.0, 2.0) is slot
    leases.close()
    [stored] = LeaseFile(tmp_path / "presence").read()
    assert stored.contact_id == contact(7)


def test_file_grows_by_segments_and_is_read_back_whole(tmp_path: Path) -> None:
    leases = LeaseFile(tmp_path / "presence")
    many = SLOTS_PER_SEGMENT + 3
    for number in range(many):
        leases.take(APP, contact(number), 5.0 + number, 0.0)
    leases.close()

    found = {stored.contact_id: stored.seen_at for stored in LeaseFile(tmp_path / "presence").read()}

    assert found == {contact(number): 5.0 + number for number in range(many)}


def test_slots_taken_after_reading_overwrite_nobody(tmp_path: Path) -> None:
    first = LeaseFile(tmp_path / "presence")
    first.take(APP, ADA, 1.0, 1.0)
    first.close()
    second = LeaseFile(tmp_path / "presence")
    assert len(list(second.read())) == 1
    for number in range(SLOTS_PER_SEGMENT):
        second.take(APP, contact(number), 2.0, 2.0)
    second.close()

    found = {stored.contact_id for stored in LeaseFile(tmp_path / "presence").read()}

    assert len(found) == SLOTS_PER_SEGMENT + 1
    assert ADA in found


def test_second_server_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    first = LeaseFile(tmp_path / "presence")
    with pytest.raises(SettingError, match="another server is running on it"):
        LeaseFile(tmp_path / "presence")
    first.close()
    LeaseFile(tmp_path / "presence").close()


def test_slots_of_garbage_are_free(tmp_path: Path) -> None:
    leases = LeaseFile(tmp_path / "presence")
    slot = leases.take(APP, ADA, 1.0, 1.0)
    slot.raw[slot.at * 8 + 32 : slot.at * 8 + 52] = b"\xff" * 20
    leases.close()

    assert list(LeaseFile(tmp_path / "presence").read()) == []


def test_memory_takes_the_place_of_a_file_that_has_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", no_room)
    leases = LeaseFile(tmp_path / "presence")

    slot = leases.take(APP, ADA, 3.0, 2.0)

    assert (slot.times[slot.at + SEEN], slot.times[slot.at + ACTIVE], slot.times[slot.at + UNTIL]) == (
        3,
        2,
        0,
    )
    leases.sync()
    leases.close()


def test_sync_writes_without_harm(tmp_path: Path) -> None:
    leases = LeaseFile(tmp_path / "presence")
    leases.take(APP, ADA, 3.0, 2.0)
    leases.sync()
    leases.close()
    assert [stored.contact_id for stored in LeaseFile(tmp_path / "presence").read()] == [ADA]


def test_without_calls_that_macos_lacks_the_file_is_whole_and_keeps_what_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = LeaseFile(tmp_path / "presence")
    first.take(APP, ADA, 3.0, 2.0)
    first.close()
    monkeypatch.delattr(os, "posix_fallocate")
    monkeypatch.delattr(os, "fdatasync")

    second = LeaseFile(tmp_path / "presence")
    assert [stored.contact_id for stored in second.read()] == [ADA]
    for number in range(SLOTS_PER_SEGMENT):
        second.take(APP, contact(number), 5.0, 0.0)
    second.sync()
    second.close()

    old, new = sorted((tmp_path / "presence").glob("leases-*"))
    assert new.stat().st_size == old.stat().st_size
    assert new.stat().st_blocks * 512 >= new.stat().st_size
    assert len(list(LeaseFile(tmp_path / "presence").read())) == SLOTS_PER_SEGMENT + 1


def test_memory_takes_the_place_of_a_file_whose_zeros_have_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.delattr(os, "posix_fallocate")
    monkeypatch.setattr(os, "pwrite", no_room)
    leases = LeaseFile(tmp_path / "presence")
    slot = leases.take(APP, ADA, 3.0, 2.0)
    assert slot.times[slot.at + SEEN] == 3
    leases.close()
    assert not list((tmp_path / "presence").glob("leases-*"))


@pytest.mark.parametrize("part", ["", "lock"])
def test_folder_that_is_none_is_told_in_a_sentence(tmp_path: Path, part: str) -> None:
    if part:
        (tmp_path / "presence" / part).mkdir(parents=True)
    else:
        (tmp_path / "presence").write_text("a file")
    with pytest.raises(SettingError, match=r"PORCHLIGHT_DATA_DIR is .*: presence in it can't be used"):
        LeaseFile(tmp_path / "presence")


@pytest.fixture
def boot_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this machine tells which of its starts it lives in."""
    path = tmp_path / "boot_id"
    path.write_text("one\n")
    monkeypatch.setattr(lease_file, "BOOT_ID", path)
    return path


def started(folder: Path) -> LeaseFile:
    leases = LeaseFile(folder)
    list(leases.read())
    leases.note_boot()
    return leases


def as_left_on_the_disk(folder: Path) -> Path:
    """The folder, without whoever holds it."""
    return Path(shutil.copytree(folder, folder.with_name("left")))


def test_machine_that_stopped_under_a_process_may_have_lost_its_last_stores(
    tmp_path: Path, boot_id: Path
) -> None:
    assert not started(tmp_path / "presence").may_be_behind
    boot_id.write_text("two\n")
    after = started(as_left_on_the_disk(tmp_path / "presence"))
    assert after.may_be_behind
    after.close()
    assert not started(tmp_path / "left").may_be_behind


def test_process_that_was_killed_lost_nothing(tmp_path: Path, boot_id: Path) -> None:
    started(tmp_path / "presence")
    assert not started(as_left_on_the_disk(tmp_path / "presence")).may_be_behind


def test_process_that_was_closed_before_the_machine_stopped_lost_nothing(
    tmp_path: Path, boot_id: Path
) -> None:
    started(tmp_path / "presence").close()
    boot_id.write_text("two\n")
    LeaseFile(tmp_path / "presence").close()  # looks only whether another server runs
    assert not started(tmp_path / "presence").may_be_behind


def test_start_that_failed_before_all_was_restored_leaves_the_note_to_the_next(
    tmp_path: Path, boot_id: Path
) -> None:
    started(tmp_path / "presence")
    left = as_left_on_the_disk(tmp_path / "presence")
    boot_id.write_text("two\n")
    failed = LeaseFile(left)
    list(failed.read())
    failed.close()
    assert started(left).may_be_behind


def test_disk_without_room_for_the_note_stops_nothing(
    tmp_path: Path, boot_id: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(tmp_path / "presence")
    left = as_left_on_the_disk(tmp_path / "presence")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(lease_file.os, "fsync", full)
        started(left).close()
    assert not (left / "boot").exists()


def test_closing_lets_go_of_the_folder_whatever_became_of_it(tmp_path: Path, boot_id: Path) -> None:
    leases = started(tmp_path / "presence")
    leases.take(APP, ContactId("a" * 24), 1.0, 1.0)
    for path in (tmp_path / "presence").glob("leases-*"):
        path.unlink()
    leases.close()
    started(tmp_path / "presence").close()


def test_stray_file_is_let_be(tmp_path: Path, boot_id: Path) -> None:
    started(tmp_path / "presence").close()
    (tmp_path / "presence" / "leases-1-00000.bak").write_bytes(b"somebody's copy")
    started(tmp_path / "presence").close()
    assert (tmp_path / "presence" / "leases-1-00000.bak").exists()


def test_segment_that_can_not_be_opened_now_is_kept_for_the_next_start(
    tmp_path: Path, boot_id: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = started(tmp_path / "presence")
    first.take(APP, ContactId("a" * 24), 1.0, 1.0)
    first.close()

    def no_more_files(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(lease_file.mmap, "mmap", no_more_files)
        started(tmp_path / "presence").close()
    leases = LeaseFile(tmp_path / "presence")
    assert [stored.contact_id for stored in leases.read()] == ["a" * 24]


def test_machine_that_does_not_tell_its_boots_is_taken_to_have_lost_nothing(
    tmp_path: Path, boot_id: Path
) -> None:
    started(tmp_path / "presence")
    boot_id.unlink()
    assert not started(as_left_on_the_disk(tmp_path / "presence")).may_be_behind
