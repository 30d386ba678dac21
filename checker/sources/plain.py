"""Reads the documents of a JSON or YAML file."""

from __future__ import annotations

from checker.problems import Source
from checker.reader import Limits, Reading, is_json, parse_json, parse_yaml_documents


def readings(source: Source, limits: Limits) -> list[Reading]:
    """Return the documents of a source: one of JSON, any number of YAML, in order.

    A name that ends in `.json` means JSON, `.yaml` and `.yml` mean YAML; with any other name,
    a text that starts with `{` or `[` is JSON. YAML documents in which nothing is written,
    such as what follows a last `---`, are passed over. Raises InputError.
    """
    if is_json(source):
        return [parse_json(source, limits)]
    return parse_yaml_documents(source, limits, skip_empty=True)
