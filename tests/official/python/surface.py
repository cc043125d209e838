"""Every public method and property of the installed client, read from the client itself."""

import inspect
import re


def surface(handles):
    """Names like `Box.create`, `box.files.read`, `run.cancel`, given a handle of each kind."""
    names = {}
    for prefix, handle in handles.items():
        for name, origin in _members(handle):
            names[f"{prefix}.{_camel(name)}"] = origin
        for name, member in inspect.getmembers(type(handle)):
            if not name.startswith("_") and inspect.ismethod(member):
                names[f"{_plain(type(handle).__name__)}.{_camel(name)}"] = name
    return sorted(names)


def _members(handle):
    for name, member in inspect.getmembers(type(handle)):
        if name.startswith("_") or inspect.ismethod(member):
            continue
        if inspect.isfunction(member) or isinstance(member, property):
            yield name, member
    for name, value in vars(handle).items():
        if name.startswith("_") or not type(value).__name__.endswith("Namespace"):
            continue
        for inner, member in _members(value):
            yield f"{name}.{inner}", member


def _plain(name):
    return name.removeprefix("Async")


def _camel(name):
    """The spelling of the other client, so that one row of the table is one thing."""
    name = name.removeprefix("a") if name.split(".")[-1] == "aclose" else name
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)
