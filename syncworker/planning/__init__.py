"""From desired records and the ledger to changes, a plan, a guard's verdict and batches."""
