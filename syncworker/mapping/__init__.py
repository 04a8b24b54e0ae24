"""One mapping YAML per portal: read, checked, and turned into desired records."""
