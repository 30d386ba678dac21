"""Random inputs of every kind, what must be true of each of them, and a corpus of those kept."""
