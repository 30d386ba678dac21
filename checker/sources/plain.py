"""Reads the documents of a JSON or YAML file."""

from __future__ import annotations

from checker.problems import Source
from checker.reader import Limits, Reading, is_json, parse_json, parse_yaml_documents


def readings(source: Source, limits: Limits) -> list[Reading]:
    """Return the documents of a source in order: one for JSON, any number for YAML.

    A name that ends in `.json` means JSON; `.yaml` and `.yml` mean YAML. With any other name, a
    text that starts with `{` or `[` is JSON. Empty YAML documents, such as one after a final `---`,
    are skipped. Raises InputError if the text is not valid.
    """
    if is_json(source):
        return [parse_json(source, limits)]
    return parse_yaml_documents(source, limits, skip_empty=True)
