"""Every number syncworker computes: pure functions from facts and `as_of` to columns."""
