"""Tasks that nobody awaits are held until they are done."""

import asyncio
import gc

from engine.loop.tasks import Tasks


async def test_a_task_that_nobody_else_holds_is_held_until_it_is_done(until):
    tasks, done = Tasks(), []

    async def work():
        # Nobody but the task itself holds this future.
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.01, future.set_result, None)
        await future
        done.append(True)

    tasks.spawn(work())
    gc.collect()
    await until(lambda: done)
    await until(lambda: not tasks)


async def test_the_answer_is_the_task_s():
    tasks = Tasks()
    assert await tasks.spawn(asyncio.sleep(0, "done")) == "done"


async def test_one_that_runs_already_can_be_held():
    tasks, task = Tasks(), asyncio.ensure_future(asyncio.sleep(0))
    tasks.hold(task)
    assert tasks == {task}
    await task
    await asyncio.sleep(0)
    assert not tasks


async def test_all_are_cancelled():
    tasks = Tasks()
    spawned = [tasks.spawn(asyncio.Event().wait()) for _ in range(3)]
    tasks.cancel()
    await asyncio.wait(spawned)
    assert all(task.cancelled() for task in spawned)
    assert not tasks
