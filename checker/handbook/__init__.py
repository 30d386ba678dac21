"""Documents rules: as pages, as lists, on the terminal, and in the reference of functions."""
