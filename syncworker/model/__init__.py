"""The canonical streams: the one shape every source is brought into."""
