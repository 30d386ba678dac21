"""Holds a request that proves what a policy allows, as reports show it."""

from __future__ import annotations

from typing import NamedTuple


class Proof(NamedTuple):
    """A request that a policy allows."""

    action: str
    resource: str
    """An ARN, `*` for an action that takes no resource, or words for the policy's own resource."""
    principal: str = ""
    """A kind and a name, such as `AWS:arn:…`; empty for the identity with the policy."""
    context: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The values of condition keys, by key; a key without values is absent from the request."""

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        """Return it as pairs of a word and its value, such as `("may", "s3:GetObject")`."""
        by = [("by", self.principal.partition(":")[2] or "anyone")] if self.principal else []
        context = [
            ("with", f"{key} = {' and '.join(values)}") if values else ("without", key)
            for key, values in self.context
        ]
        return (("may", self.action), ("on", self.resource), *by, *context)
