"""The heads of the chains, in a file outside the database."""

import logging
import threading
from datetime import UTC, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from companion.audit import check, heads, write
from tests.cast import NOW


def test_heads_are_kept_when_they_moved(app, tmp_path):
    path = tmp_path / "heads"
    assert (heads.keep(path, NOW), heads.read(path)) == (0, {})
    for chain in (0, 7):
        write.note(chain, "looked", 3, 5, NOW)
    assert (heads.keep(path, NOW), heads.keep(path, NOW)) == (2, 0)
    write.note(7, "looked", 3, 5, NOW)
    assert heads.keep(path, NOW + timedelta(days=1)) == 1
    found = heads.read(path)
    assert {chain: sorted(kept) for chain, kept in found.items()} == {-5: [1], 7: [1, 2]}
    assert [check.prove(chain, kept).broken for chain, kept in found.items()] == ["", ""]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().startswith("2026-03-10T09:00:00+00:00 -5 1 ")


def test_several_clocks_at_once_harm_nothing(app, tmp_path):
    path = tmp_path / "heads"
    write.note(7, "looked", 3, 5, NOW)
    assert heads.keep(path, NOW) == 1
    path.write_text(path.read_text() * 3)
    assert check.prove(7, heads.read(path)[7]).broken == ""


def test_the_clock_keeps_them_at_once_and_daily(sqlite_app, tmp_path, now):
    write.note(7, "looked", 3, 5, NOW)
    write.db.commit()
    write.db.remove()
    clock = BackgroundScheduler(timezone=UTC)
    heads.join_clock(clock, tmp_path)
    clock.start()
    try:
        done = threading.Event()
        for _ in range(100):
            if (tmp_path / heads.HEADS).exists() or done.wait(0.05):
                break
        daily = [job.trigger.interval for job in clock.get_jobs()]
    finally:
        clock.shutdown()
    assert daily == [timedelta(days=1)]
    assert [*heads.read(tmp_path / heads.HEADS)[7]] == [1]


def test_a_disk_that_is_away_stops_nothing(sqlite_app, tmp_path, now, caplog):
    write.note(7, "looked", 3, 5, NOW)
    write.db.commit()
    write.db.remove()
    clock = BackgroundScheduler(timezone=UTC)
    heads.join_clock(clock, tmp_path / "away")
    daily = clock.get_jobs()[-1]
    with caplog.at_level(logging.ERROR):
        daily.func()
    assert "keeping the heads failed: FileNotFoundError" in caplog.text
    assert str(tmp_path) not in caplog.text
