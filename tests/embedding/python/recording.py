"""Reads recordings: what an API answered, and what an Event Hub held."""

import base64
import json
import re
from collections import defaultdict, deque
from datetime import datetime, timedelta, timezone

from wasmtime.component import Record

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def record(**fields):
    """A WIT record. Its fields are named as WIT names them, so `partition_key` here is `partition-key` there."""
    made = Record()
    for name, value in fields.items():
        setattr(made, name.replace("_", "-"), value)
    return made


def read_exchanges(path):
    """The responses to each URL, in their order."""
    text = path.read_text(encoding="utf-8")
    bodies = bodies_of(text)
    exchanges = defaultdict(deque)
    for number, exchange in enumerate(json.loads(text)["exchanges"]):
        response = exchange["response"]
        body = response.get("body")
        body = body if isinstance(body, str) else bodies.get(number, "")
        headers = list(response.get("headers", {}).items())
        exchanges[exchange["request"]["url"]].append(record(status=response["status"], headers=headers, body=body.encode()))
    return exchanges


def bodies_of(text):
    """The text of each exchange's body as it stands in the file. A component gets the bytes that the server sent: parsed and
    written again they would be others, and documents that keep the original would differ."""
    bodies = {}
    exchange, depth, start, before = -1, 0, None, ""
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]', text):
        token = found.group()
        if start is not None and depth == 4 and token in ",}":
            bodies[exchange] = text[start : found.start()].strip()
            start = None
        if token == "{" and depth == 2:
            exchange += 1
        if token == ":" and depth == 4 and before == '"body"':
            start = found.end()
        if token in "{[":
            depth += 1
        if token in "}]":
            depth -= 1
        before = token
    return bodies


def read_messages(path):
    """The messages of a file that holds one a line."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return [message(json.loads(line)) for line in lines if line.strip()]


def message(line):
    """The position is told if all of it is known."""
    body = line["body"].encode() if "body" in line else base64.b64decode(line["body_base64"])
    if any(name not in line for name in ("partition", "sequence_number", "enqueued_time")):
        return record(body=body, position=None)
    position = record(
        partition=str(line["partition"]),
        sequence_number=line["sequence_number"],
        offset=str(line.get("offset", "")),
        enqueued=(datetime.fromisoformat(line["enqueued_time"].replace("Z", "+00:00")) - EPOCH) // timedelta(milliseconds=1),
        partition_key=line.get("partition_key"),
    )
    return record(body=body, position=position)
