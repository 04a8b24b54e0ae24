"""Use cases: each works on ports and knows no adapter."""
