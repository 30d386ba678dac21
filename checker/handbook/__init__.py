"""Documents rules and functions: as pages, as lists and on the terminal."""
