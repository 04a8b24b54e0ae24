"""Canonical rows as Parquet, per portal and stream."""
