"""The JSON Schema of the config files, for editors that complete and check TOML while it is written."""

from __future__ import annotations

from typing import Any, get_origin

from paperdigest import plugins
from paperdigest.config import model
from paperdigest.config.reference import OPTIONS

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TYPES = {bool: "boolean", int: "integer", float: "number"}


def main_schema() -> dict[str, Any]:
    """Return the schema of paperdigest.toml."""
    schema = _schema(model.MainTable, "paperdigest.toml")
    properties = schema["$defs"]["SourceTable"]["properties"]
    for kind in plugins.BUILT_IN[plugins.Group.SOURCES]:
        for option in plugins.options(plugins.load(plugins.Group.SOURCES, kind)):
            properties.setdefault(option.name, _option(option))
    return schema


def subscriber_schema() -> dict[str, Any]:
    """Return the schema of a file in subscriptions/: a subscriber whose name is the file's."""
    schema = _schema(model.SubscriberTable, "subscriptions/NAME.toml")
    schema["required"] = [key for key in schema.get("required", ()) if key != "name"]
    return schema


def _schema(table: type[model.Table], title: str) -> dict[str, Any]:
    made = table.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": _DRAFT, **_without_null(made), "title": title}


def _option(option: plugins.Option) -> dict[str, Any]:
    about = OPTIONS.get(option.name, "")
    if get_origin(option.type) is tuple:  # a single text may stand for a list of one
        return {"type": ["array", "string"], "items": {"type": "string"}, "description": about}
    kind = "object" if option.name in ("api_key", "fields") else _TYPES.get(option.type, "string")
    return {"type": kind, "description": about}


def _without_null(node: Any) -> Any:
    """TOML has no null: leaving a key out is how nothing is written."""
    if isinstance(node, list):
        return [_without_null(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _without_null(value) for key, value in node.items()}
    if "default" in kept and kept["default"] is None:
        del kept["default"]
    choices = kept.get("anyOf")
    if isinstance(choices, list):
        choices = [choice for choice in choices if choice != {"type": "null"}]
        if len(choices) == 1:
            del kept["anyOf"]
            return {**choices[0], **kept}
        kept["anyOf"] = choices
    return kept
