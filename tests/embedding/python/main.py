"""main.py COMPONENT FOLDER NOW: what a component makes of a recording, one document a line."""

import sys
from collections import deque
from pathlib import Path

from wasmtime import Engine, Store
from wasmtime.component import Component, Linker, Variant

from recording import read_exchanges, read_messages, record


class Plugin:
    """A component with its functions as methods: `plugin.call("control", "describe")`."""

    def __init__(self, path):
        engine = Engine()
        component = Component.from_file(engine, path)
        self.store = Store(engine)
        self.store.set_limits(memory_size=256 << 20)
        # One that imports something cannot be instantiated, since the linker is empty.
        self.instance = Linker(engine).instantiate(self.store, component)

    def call(self, interface, name, *arguments):
        index = self.instance.get_export_index(self.store, f"agent:input/{interface}@0.1.0")
        index = self.instance.get_export_index(self.store, name, index)
        return self.instance.get_func(self.store, index)(self.store, *arguments)


def walk(plugin, now, exchanges):
    """Runs the poller to its end. Another transport would send the requests side by side."""
    under_way = deque()
    step = plugin.call("poller", "begin", now, None)
    while True:
        write(step.documents)
        under_way.extend(step.requests)
        if step.finished is not None:
            return
        outcomes = []
        if not step.more:
            request = under_way.popleft()
            outcomes = [record(id=request.id, answer=answer(exchanges, request.url))]
        step = plugin.call("poller", "advance", now, outcomes)


def answer(exchanges, url):
    """The recorded response, or why there is none. A `result` is its value where the types tell which case it is."""
    responses = exchanges.get(url)
    return responses.popleft() if responses else Variant("refused", f"{url} is not recorded")


def decode(plugin, now, messages):
    """Decodes the messages of a hub. A stream would come in batches of some 64."""
    datasets = [dataset.name for dataset in plugin.call("control", "describe").datasets]
    event = next(position for position, name in enumerate(datasets) if name.endswith(".event"))
    write(plugin.call("decoder", "decode", now, event, messages).documents)


def write(documents):
    for document in documents:
        sys.stdout.buffer.write(document.body + b"\n")


def main(component, folder, now):
    folder, now = Path(folder), int(now)
    plugin = Plugin(component)
    answer = plugin.call("control", "configure", (folder / "settings.json").read_text(encoding="utf-8"))
    if answer.tag == "err":
        sys.exit("\n".join(f"{problem.pointer}: {problem.message}" for problem in answer.payload))
    walk(plugin, now, read_exchanges(folder / "exchanges.json"))
    decode(plugin, now, read_messages(folder / "messages.ndjson"))


if __name__ == "__main__":
    main(*sys.argv[1:])
