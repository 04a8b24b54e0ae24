"""How far a run is can be told at every step: `runs watch` and `apply --wait` ask at any moment."""

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from support.fake_engine import AS_OF, FakePortal, FakeSource, make_engine

from syncworker.engine import sync
from syncworker.engine.memory import Step
from syncworker.engine.progress import progress


@pytest.mark.parametrize("step", get_args(Step))
def test_how_far_a_run_is_can_be_told_at_every_step(step: Step, tmp_path: Path) -> None:
    engine = make_engine(tmp_path, FakePortal(1), FakeSource(1))
    run = replace(sync.start(engine, "acme", as_of=AS_OF), step=step)
    told = progress(engine, run)
    assert (told.step, told.share) == (step, 0.0)
