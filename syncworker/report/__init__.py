"""Pages for people: one HTML file each, which works offline and asks nobody for anything."""
