"""main.py COMPONENT FOLDER NOW: what a component makes of a recording, one document a line."""

import sys
from collections import deque
from pathlib import Path

from wasmtime import Engine, Store
from wasmtime.component import Component, Linker, Variant

from recording import read_exchanges, read_messages, read_text, record

# Exit status 0 is "done".
FAILED, WRONG_USAGE, DONE_WITH_PROBLEMS = 1, 2, 3


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


def configure(plugin, settings):
    """Whether the component takes the settings. Its warnings or its reasons are told."""
    answer = plugin.call("control", "configure", settings)
    for problem in answer.payload:
        print(f"{problem.severity}: setting `{problem.pointer}`: {problem.message}", file=sys.stderr)
    return answer.tag == "ok"


def walk(plugin, now, exchanges):
    """Runs the poller to its end. Another transport would send the requests side by side."""
    under_way = deque()
    status, missed = 0, False
    step = plugin.call("poller", "begin", now, None)
    while True:
        write(step.documents)
        status = max(status, tell(step.problems))
        under_way.extend(step.requests)
        if step.finished is not None:
            return status if step.finished.complete else DONE_WITH_PROBLEMS, missed
        outcomes = []
        if not step.more:
            request = under_way.popleft()
            responses = exchanges.get(request.url)
            missed = missed or not responses
            outcomes = [record(id=request.id, answer=answer(responses))]
        step = plugin.call("poller", "advance", now, outcomes)


def answer(responses):
    """The recorded response, or why there is none. A `result` is its value where the types tell which case it is."""
    return responses.popleft() if responses else Variant("refused", "no answer is recorded")


def decode(plugin, now, messages):
    """Decodes the messages of a hub. A stream would come in batches of some 64."""
    datasets = [dataset.name for dataset in plugin.call("control", "describe").datasets]
    event = next(position for position, name in enumerate(datasets) if name.endswith(".event"))
    decoded = plugin.call("decoder", "decode", now, event, messages)
    write(decoded.documents)
    return tell(decoded.problems)


def write(documents):
    for document in documents:
        sys.stdout.buffer.write(document.body + b"\n")


def tell(problems):
    """Says what the component reports. Something is missing only after an error."""
    for problem in problems:
        print(f"{problem.severity}: {problem.code}: {problem.message}", file=sys.stderr)
    return DONE_WITH_PROBLEMS if any(problem.severity == "error" for problem in problems) else 0


def main(arguments):
    if len(arguments) != 3:
        print("usage: main.py COMPONENT FOLDER NOW", file=sys.stderr)
        return WRONG_USAGE
    component, folder, now = arguments[0], Path(arguments[1]), int(arguments[2])
    plugin = Plugin(component)
    if not configure(plugin, read_text(folder / "settings.json")):
        return WRONG_USAGE
    exchanges, messages = read_exchanges(folder / "exchanges.json"), read_messages(folder / "messages.ndjson")
    walked, missed = walk(plugin, now, exchanges)
    decoded = decode(plugin, now, messages)
    return FAILED if missed else max(walked, decoded)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Exception as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(FAILED)
