"""Celery's settings: how tasks are queued, retried and stopped. Importing this starts nothing.

docs/celery.md says why each has its value. REMAP_SIGTERM=SIGQUIT must be in the worker's
environment for tasks to go back to the queue on SIGTERM; `syncworker worker` sets it.
"""

from __future__ import annotations

from syncworker.settings import load

_settings = load()

broker_url = _settings.broker_url
broker_connection_retry_on_startup = True
broker_transport_options = {
    # Above task_time_limit, so that a message is not delivered again while its task runs.
    "visibility_timeout": 3600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # Without a timeout a publish on a dead connection hangs for ever.
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "priority_steps": [0, 3, 6, 9],
    "queue_order_strategy": "priority",
}
task_default_queue = "syncworker"
task_serializer = "json"
accept_content = ["json"]

# A task of a killed worker runs again; a task that kills its worker stops after max_retries.
task_acks_late = True
task_reject_on_worker_lost = True
task_retry_on_worker_lost = True
task_annotations = {
    "*": {"max_retries": 3, "default_retry_delay": _settings.retry_delay_seconds},
}

# Results are in our own tables.
task_ignore_result = True
# A task that hangs is killed like any other, and its chunk goes on where it was. A soft limit would
# be an exception in the middle of the work: a defect, as far as the run could tell.
task_time_limit = 660

worker_prefetch_multiplier = 1
worker_soft_shutdown_timeout = _settings.stop_seconds
worker_enable_soft_shutdown_on_idle = False  # an idle worker stops at once
worker_max_tasks_per_child = 200
worker_max_memory_per_child = 2_000_000  # KiB; looked at after a task, no guard within one
worker_cancel_long_running_tasks_on_connection_loss = False

beat_schedule = {
    "tick": {"task": "syncworker.tick", "schedule": _settings.tick_seconds},
}
beat_schedule_filename = str(_settings.home.resolve() / "beat-schedule")
