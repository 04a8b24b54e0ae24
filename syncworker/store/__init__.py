"""What syncworker remembers: runs, chunks, cursors, ledger, history, plans, dead letters."""
