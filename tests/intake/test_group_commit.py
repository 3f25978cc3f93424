"""Whatever waits for the same thing is done together, in the order of arrival."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from quanxin.runtime.group_commit import GroupCommit
from tests.intake.processes import until


class Crowd:
    """Callers on threads of their own, one after the other; the first one's work waits until the others stand in line."""

    def __init__(self, along: Callable[[list[int], int], bool] = lambda members, other: True) -> None:
        self.done: list[list[int]] = []
        self.raised: list[BaseException] = []
        self.open = threading.Event()
        self.together = GroupCommit(self.work, along)
        self.threads: list[threading.Thread] = []

    def work(self, members: list[int]) -> None:
        self.done.append(members)
        assert self.open.wait(30)
        if 13 in members:
            raise ValueError

    def comes(self, member: int, key: str = "a") -> None:
        def call() -> None:
            try:
                self.together.do(key, member)
            except ValueError as error:
                self.raised.append(error)

        before = self.standing()
        self.threads.append(threading.Thread(target=call))
        self.threads[-1].start()
        until(lambda: self.standing() == before + 1, "the caller stands in line or leads")

    def standing(self) -> int:
        return sum(map(len, self.done)) + sum(map(len, list(self.together._lines.values())))

    def ends(self) -> list[list[int]]:
        self.open.set()
        for thread in self.threads:
            thread.join(30)
            assert not thread.is_alive()
        assert not self.together._lines
        return self.done


def test_those_that_come_while_one_is_done_are_done_together_in_their_order() -> None:
    crowd = Crowd()
    for member in range(6):
        crowd.comes(member)
    assert crowd.ends() == [[0], [1, 2, 3, 4, 5]]


def test_one_that_may_not_go_along_ends_the_group_and_nobody_passes_it() -> None:
    crowd = Crowd(lambda members, other: (members[0] % 2) == (other % 2))
    for member in (0, 1, 3, 2, 5):
        crowd.comes(member)
    assert crowd.ends() == [[0], [1, 3], [2], [5]]


def test_other_keys_do_not_wait() -> None:
    crowd = Crowd()
    crowd.comes(1)
    crowd.comes(2, key="b")
    assert sorted(crowd.done) == [[1], [2]]
    crowd.ends()


@pytest.mark.parametrize("failing", [0, 1])
def test_work_that_fails_leaves_nobody_waiting(failing: int) -> None:
    crowd = Crowd()
    for n in range(4):
        crowd.comes(13 if n == failing else n)
    done = crowd.ends()
    assert [len(group) for group in done] == [1, 3]
    assert len(crowd.raised) == 1
    crowd.comes(7)
    assert crowd.ends()[-1] == [7]
