"""What is there behind fake_terraform's state, and how the tool tells of it.

reality.json beside it says how reality differs: {address: {attribute: value}}, or {address: null} for
an object that is gone. What an apply touches is in order again.
"""

import fcntl
import json
import os
import re

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reality.json")
PROVIDER = "registry.terraform.io/hashicorp/aws"
COMPUTED = {"arn", "id", "status"}  # what only the provider sets
OPEN = {"policy"}  # what it sets where the configuration does not
SENSITIVE = {"password", "value"}  # what the schema marks


def read():
    try:
        with open(FILE, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def settle(address):
    """This object is as the state has it. Tools run beside each other: nobody reads a file that is half written."""
    with open(f"{FILE}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        left = read()
        if address not in left:
            return
        del left[address]
        with open(f"{FILE}.new", "w", encoding="utf-8") as file:
            json.dump(left, file)
        os.replace(f"{FILE}.new", FILE)


def refreshed(objects, targets):
    """Objects of a state as they are there; with targets, only those are read."""
    there = dict(objects)
    for address, attributes in read().items():
        if address not in objects or (targets and address not in targets):
            continue
        if attributes is None:
            del there[address]
        else:
            there[address] = {**objects[address], **attributes}
    return there


def wanted_of(before, wanted):
    """What is wanted of an object, with what only the provider knows of it."""
    kept = {name: value for name, value in (before or {}).items()
            if name in COMPUTED or (name in OPEN and name not in wanted)}
    return {**kept, **wanted}


def made(address):
    """What the provider sets on a new object."""
    return {"id": "id-of-" + address, "arn": "arn-of-" + address, "status": "ready"}


def named(address):
    kind, name = address.split(".")
    return {"address": address, "mode": "managed", "type": kind, "name": name, "provider_name": PROVIDER}


def resource(address):
    """An object in an event."""
    kind, name = address.split(".")
    return {"addr": address, "module": "", "resource": address, "implied_provider": "aws",
            "resource_type": kind, "resource_name": name, "resource_key": None}


def marks(attributes, more):
    """The marks of sensitive attributes."""
    return {name: True for name in attributes or {} if name in SENSITIVE or name in more}


def drift_of(known, there, hidden):
    """The member resource_drift; `hidden` are more sensitive arguments, by address."""
    records = []
    for address in sorted(known):
        before, after = known[address], there.get(address)
        if before == after:
            continue
        more = hidden.get(address, {})
        records.append({**named(address), "change": {
            "actions": ["delete"] if after is None else ["update"], "before": before, "after": after,
            "after_unknown": {}, "before_sensitive": marks(before, more),
            "after_sensitive": False if after is None else marks(after, more)}})
    return records


def prior_state(there, outputs):
    resources = [{**named(address), "schema_version": 0, "values": values, "sensitive_values": marks(values, {})}
                 for address, values in sorted(there.items())]
    known = {name: {"sensitive": bool(one.get("sensitive")), "type": "string", "value": one["value"]}
             for name, one in outputs.items()}
    return {"format_version": "1.0", "values": {"outputs": known, "root_module": {"resources": resources}}}


def expression(value):
    if isinstance(value, str) and "${" in value:
        return {"references": re.findall(r"\$\{([\w.-]+)", value)}
    return {"constant_value": value}


def configuration(config):
    """The member configuration: which arguments are set."""
    resources = [{**named(f"{kind}.{name}"), "expressions": {k: expression(v) for k, v in body.items()}}
                 for kind, names in sorted(config.get("resource", {}).items())
                 for name, body in sorted(names.items())]
    return {"root_module": {"resources": resources}}


def attribute_schema(name):
    return {"type": "string", "computed": name in COMPUTED | OPEN, "optional": name not in COMPUTED}


def schema(config):
    """What `providers schema -json` prints."""
    kinds = {}
    for kind, names in config.get("resource", {}).items():
        used = {name for body in names.values() for name in body}
        attributes = {name: attribute_schema(name) for name in sorted(used | COMPUTED | OPEN)}
        kinds[kind] = {"version": 0, "block": {"attributes": attributes}}
    return {"format_version": "1.0", "provider_schemas": {PROVIDER: {"resource_schemas": kinds}}}
