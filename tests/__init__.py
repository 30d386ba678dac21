"""The tests of policy-check, one file a module, and end to end in cases/."""
