"""The options of plug-ins: the keys of a table that are the fields of the plug-in's dataclass."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any, get_args

from pydantic import ConfigDict, PydanticSchemaGenerationError, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from paperdigest import plugins
from paperdigest.config import model
from paperdigest.config.addresses import web_address
from paperdigest.config.around import Around
from paperdigest.config.complaint import At, Complaint
from paperdigest.config.complaint import wrong as wrong_value
from paperdigest.config.explain import keys, unknown_key, validated
from paperdigest.config.near import did_you_mean
from paperdigest.config.positions import Path
from paperdigest.config.secrets import SecretRef
from paperdigest.config.values import filled
from paperdigest.core.errors import PaperdigestError
from paperdigest.core.secret import Secret

#: What a built-in source takes where its field says no more than "text".
_AFTER = ("move", "keep", "delete")
_TEXT = ("text is wanted here", "write it in quotes")
#: What pydantic calls a wrong type, in our words.
_TYPES = {
    "bool_type": ("true or false is wanted here", "write true or false, without quotes"),
    "dict_type": ("a table is wanted here", 'write { key = "…" }'),
    "float_type": ("a number is wanted here", "write it without quotes"),
    "int_type": ("a whole number is wanted here", "write it without quotes"),
    "mapping_type": ("a table is wanted here", 'write { key = "…" }'),
    "path_type": _TEXT,
    "string_type": _TEXT,
    "tuple_type": ("a list is wanted here", 'write it like ["…", "…"]'),
}


def source_options(
    raw: Mapping[str, Any], path: Path, around: Around
) -> tuple[Mapping[str, Any], list[Complaint]]:
    """Return the options of a `[[source]]` and what is wrong with them."""
    kind = raw.get("kind")
    if not isinstance(kind, str):
        return {}, []
    own = {key: value for key, value in raw.items() if key not in keys(model.SourceTable)}
    if kind not in plugins.names(plugins.Group.SOURCES):
        error = plugins.unknown(plugins.Group.SOURCES, kind)
        return {}, [Complaint((*path, "kind"), error.message, error.hint)]
    try:
        plugin = plugins.load(plugins.Group.SOURCES, kind)
        fields = plugins.options(plugin)
    except plugins.PluginError as error:
        return {}, [Complaint((*path, "kind"), error.message, error.hint)]
    options, wrong = _options(fields, own, path, around, model.SourceTable)
    if not wrong:
        wrong = _refusal(plugin, {"name": str(raw.get("name")), **options}, path)
    return MappingProxyType(options), wrong


def channel_options(
    name: str, raw: Mapping[str, Any], path: Path, around: Around
) -> tuple[Mapping[str, Any], list[Complaint]]:
    """Return the options of a `[channels.NAME]` table and what is wrong with them."""
    group = plugins.Group.CHANNELS
    if name in plugins.BUILT_IN[group]:
        what = f'"{name}" is not a plug-in'
        return {}, [Complaint(path, what, "its options stand below [email] or [slack]", At.KEY)]
    try:
        if name not in plugins.names(group):
            raise plugins.unknown(group, name)
        fields = plugins.options(plugins.load(group, name))
    except plugins.PluginError as error:
        return {}, [Complaint(path, error.message, error.hint, At.KEY)]
    options, wrong = _options(fields, raw, path, around, None)
    return MappingProxyType(options), wrong


def _options(
    fields: tuple[plugins.Option, ...],
    raw: Mapping[str, Any],
    path: Path,
    around: Around,
    table: type[model.Table] | None,
) -> tuple[dict[str, Any], list[Complaint]]:
    by_name = {field.name: field for field in fields}
    known = set(by_name) | (keys(table) if table is not None else set())
    options: dict[str, Any] = {}
    wrong: list[Complaint] = []
    for key, value in raw.items():
        where = (*path, key)
        if key not in by_name:
            shown = f'unknown key "{key}"' if key.isprintable() else "unknown key"
            wrong.append(Complaint(where, shown, unknown_key(known, key, table), At.KEY))
            continue
        try:
            options[key] = _value(by_name[key], value, where, around, wrong)
        except PydanticCustomError as error:
            said = error.context or {}
            wrong.append(Complaint(where, said["what"], said["hint"], index=said["index"]))
    for field in fields:
        if field.required and field.name not in raw:
            hint = f'add {field.name} = "…"'
            wrong.append(Complaint(path, f'"{field.name}" is missing', hint, At.TABLE))
    return options, wrong


def _value(
    field: plugins.Option, value: Any, where: Path, around: Around, wrong: list[Complaint]
) -> Any:
    if _takes(field.type, Secret):
        return _secret(value, where, around, wrong)
    value = _checked(field.name, value, around)
    if _takes(field.type, FilePath) and isinstance(value, str):
        return around.path(filled(value))
    if isinstance(value, str) and _is_list(field.type):
        value = [value]
    try:
        adapter = TypeAdapter[Any](field.type, config=ConfigDict(hide_input_in_errors=True))
        return adapter.validate_python(value, strict=_is_plain(field.type) or None)
    except PydanticSchemaGenerationError:
        return value  # a type of the plug-in's own: its constructor has the say
    except ValidationError as error:
        said = error.errors(include_url=False, include_input=False)[0]
    what, hint = _TYPES.get(said["type"], (said["msg"][:1].lower() + said["msg"][1:], ""))
    wrong.append(Complaint((*where, *said["loc"]), what, hint))
    return None


def _checked(key: str, value: Any, around: Around) -> Any:
    """Check what every source means the same by."""
    if not isinstance(value, str):
        return value
    if key == "url":
        return web_address(value)
    if key == "format":
        _one_of(value, ("auto", *around.formats))
    if key == "after":
        _one_of(value, _AFTER)
    return value


def _one_of(value: str, names: tuple[str, ...]) -> None:
    if value not in names:
        listed = f"write one of: {', '.join(names)}"
        raise wrong_value("this is not known here", did_you_mean(value, names) or listed)


def _secret(value: Any, where: Path, around: Around, wrong: list[Complaint]) -> Any:
    holder, complaints = validated(_SecretHolder, {"secret": value}, around)
    wrong.extend(
        Complaint((*where, *each.path[1:]), each.what, each.hint, each.at) for each in complaints
    )
    return holder.secret.ref(around.folder) if holder is not None else None


class _SecretHolder(model.Table):
    """One secret of a plug-in, read as those of our own."""

    secret: model.Secret


def _refusal(plugin: Any, options: Mapping[str, Any], path: Path) -> list[Complaint]:
    """Make the source once: what its own check refuses is said now, not on the first run."""
    if any(isinstance(value, SecretRef) for value in options.values()):
        return []  # a secret is fetched when it is needed
    try:
        plugin(**options)
    except (ValueError, TypeError, PaperdigestError) as error:
        return [Complaint(path, str(error), at=At.TABLE)]
    return []


def _takes(hint: Any, wanted: type) -> bool:
    return hint is wanted or any(_takes(part, wanted) for part in get_args(hint))


def _is_list(hint: Any) -> bool:
    return any(
        getattr(part, "__origin__", part) in (tuple, list) for part in (hint, *get_args(hint))
    )


def _is_plain(hint: Any) -> bool:
    return hint in (str, int, float, bool)
