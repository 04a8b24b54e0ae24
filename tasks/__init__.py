"""Celery tasks: explicit names, ids only; the work is in syncworker.engine."""

from tasks.celery import app

__all__ = ["app"]
