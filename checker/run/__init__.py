"""The walk: every rule decided on every document, and a report made of it."""
