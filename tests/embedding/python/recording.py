"""Reads recordings: what an API answered, and what an Event Hub held."""

import base64
import json
import re
from collections import defaultdict, deque
from datetime import datetime, timedelta, timezone

from wasmtime.component import Record

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

# Python reads any number of digits behind the seconds only from version 3.11 on.
TIME = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)")

TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:,]')


def record(**fields):
    """A WIT record. Its fields are named as WIT names them, so `partition_key` here is `partition-key` there."""
    made = Record()
    for name, value in fields.items():
        setattr(made, name.replace("_", "-"), value)
    return made


def read_text(path):
    """A file's text. A byte order mark in front is none of it."""
    return path.read_text(encoding="utf-8-sig")


def read_exchanges(path):
    """The responses to each URL, in their order."""
    responses = defaultdict(deque)
    for exchange in parts(parts(read_text(path))["exchanges"]).values():
        exchange = parts(exchange)
        responses[json.loads(exchange["request"])["url"]].append(response(exchange["response"]))
    return responses


def response(text):
    """A component gets the bytes that the server sent. Read and written again they would be others."""
    read = json.loads(text)
    headers = []
    for name, values in read.get("headers", {}).items():
        # A header that came more than once has a list of values.
        headers.extend((name, value) for value in (values if isinstance(values, list) else [values]))
    return record(status=read["status"], headers=headers, body=body(parts(text)))


def read_messages(path):
    """The messages of a file that holds one a line."""
    return [message(line) for line in read_text(path).split("\n") if line.strip()]


def message(line):
    """The position is told if all of it is known. Numbers are taken as they stand."""
    json.loads(line)  # Raises an error where the line is no JSON.
    members = parts(line)
    value = {name: said(text) for name, text in members.items()}
    if any(value.get(name) is None for name in ("partition", "sequence_number", "enqueued_time")):
        return record(body=body(members), position=None)
    position = record(
        partition=value["partition"],
        sequence_number=int(value["sequence_number"]),
        offset=value.get("offset") or "",
        enqueued=milliseconds(value["enqueued_time"]),
        partition_key=value.get("partition_key"),
    )
    return record(body=body(members), position=position)


def milliseconds(time):
    """Since 1970, of a time in RFC 3339."""
    found = TIME.fullmatch(time)
    if found is None:
        raise ValueError(f"`{time}` is not a time such as `2026-01-01T00:00:00Z`")
    seconds, fraction, zone = found.groups()
    whole = datetime.fromisoformat(seconds.upper() + ("+00:00" if zone in "Zz" else zone))
    return (whole - EPOCH) // timedelta(milliseconds=1) + int((fraction or "").ljust(3, "0")[:3])


def body(members):
    """The bytes of a body: text, bytes in base64, or JSON as it stands."""
    encoded = said(members.get("body_base64", "null"))
    if encoded is not None:
        return base64.b64decode(encoded)
    return (said(members.get("body", "null")) or "").encode()


def said(value):
    """What a JSON text says, any other value as it stands, `None` for null."""
    if value == "null":
        return None
    return json.loads(value) if value.startswith('"') else value


def parts(text):
    """The values of an object by name, or of a list by position, each as the JSON that stands there."""
    found = {}
    depth, name, start = 0, None, 0
    for token in TOKEN.finditer(text):
        mark = token.group()
        if mark in ("}", "]"):
            depth -= 1
        if mark == ":" and depth == 1:
            name, start = json.loads(text[start : token.start()]), token.end()
        if (mark == "," and depth == 1) or (mark in ("}", "]") and depth == 0):
            value = text[start : token.start()].strip()
            if value:
                found[len(found) if name is None else name] = value
            name, start = None, token.end()
        if mark in ("{", "["):
            depth += 1
            start = token.end() if depth == 1 else start
    return found
