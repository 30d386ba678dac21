"""What there is to read about rules: pages, lists, the terminal, the function reference."""
