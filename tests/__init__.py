"""The tests of policy-check: a folder for each room of the package, and others beside them."""
