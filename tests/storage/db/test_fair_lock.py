from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy.exc import PendingRollbackError, TimeoutError

from storage.db import engine as module
from storage.db.engine import make_engine
from storage.db.fair_lock import FairLock


def test_the_first_to_ask_is_the_first_to_get_it() -> None:
    line, order = FairLock(), list[int]()
    assert line.acquire(1)

    def ask(number: int) -> None:
        assert line.acquire(10)
        order.append(number)
        line.release()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(5)]
    for number, thread in enumerate(threads, 1):
        thread.start()
        while line.waiting < number:
            time.sleep(0.001)
    line.release()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_who_waits_too_long_steps_out_and_keeps_nobody_up() -> None:
    line = FairLock()
    assert line.acquire(1)
    assert not line.acquire(0.01)
    line.release()
    assert line.acquire(0)


def test_a_transaction_that_fails_gives_its_turn_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAIT_MS", 50)
    engine = make_engine(f"sqlite:///{tmp_path / 'line.db'}")
    with engine.begin(), pytest.raises(TimeoutError), engine.begin():
        pass
    with pytest.raises(ZeroDivisionError), engine.begin():
        raise ZeroDivisionError
    with pytest.raises(PendingRollbackError), engine.begin() as connection:
        connection.invalidate()
    with engine.begin():
        pass
    engine.dispose()
