"""Is FILE in Prometheus' text format (0.0.4), by its grammar and conventions?

	prometheus.py FILE

What `promtool check metrics` would say, for machines that have none: names,
labels, escapes, numbers; HELP and TYPE once, before the samples, which stand
together; no sample twice; _total on counters and on nothing else.
"""
import math
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'(?P<key>[a-zA-Z_][a-zA-Z0-9_]*)="(?P<text>(?:[^"\\\n]|\\[\\"n])*)"'
SAMPLE = re.compile(rf"^(?P<name>{NAME})(?:\{{(?P<labels>.*)\}})? "
                    r"(?P<value>\S+)$")
UNITS = ("_milliseconds", "_ms", "_minutes", "_kilobytes", "_kb", "_percent")


def labels_of(text):
    found, at = {}, 0
    while at < len(text):
        one = re.compile(LABEL).match(text, at)
        if not one:
            raise ValueError(f"a label: {text[at:]}")
        if one["key"] in found:
            raise ValueError(f"the label {one['key']} twice")
        found[one["key"]] = one["text"]
        at = one.end()
        if at < len(text) and text[at] != ",":
            raise ValueError(f"no comma: {text[at:]}")
        at += 1
    return found


def check_name(name, kind):
    if not name.startswith("pkifs_"):
        raise ValueError("the name has not our prefix")
    if (kind == "counter") != name.endswith("_total"):
        raise ValueError(f"a {kind} of this name")
    if name.endswith(UNITS) or re.search(r"[A-Z]|__", name):
        raise ValueError("not by the conventions for names")


class Families:
    def __init__(self):
        self.helps, self.types, self.samples = set(), {}, set()
        self.last = None

    def describe(self, what, name, rest):
        if name == self.last:
            raise ValueError(f"{what} behind samples")
        if what == "HELP":
            if name in self.helps or not rest:
                raise ValueError("HELP twice, or of nothing")
            self.helps.add(name)
            return
        if name in self.types or name not in self.helps:
            raise ValueError("TYPE twice, or before HELP")
        if rest not in ("counter", "gauge"):
            raise ValueError(f"the type {rest}")
        check_name(name, rest)
        self.types[name] = rest

    def sample(self, one):
        name = one["name"]
        if name not in self.types:
            raise ValueError("a sample without TYPE")
        if name != self.last and any(s[0] == name for s in self.samples):
            raise ValueError("its samples do not stand together")
        self.last = name
        key = (name, tuple(sorted(labels_of(one["labels"] or "").items())))
        if key in self.samples:
            raise ValueError("the same sample twice")
        self.samples.add(key)
        value = float(one["value"])
        if math.isnan(value) or self.types[name] == "counter" and value < 0:
            raise ValueError(f"the value {one['value']}")

    def line(self, line):
        comment = re.match(rf"# (HELP|TYPE) ({NAME}) (.*)$", line)
        if comment:
            self.describe(*comment.groups())
            return
        one = SAMPLE.match(line)
        if not one:
            raise ValueError("neither a comment nor a sample")
        self.sample(one)


def main(path):
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    if not text.endswith("\n"):
        sys.exit("the last line has no end")
    families = Families()
    for number, line in enumerate(text[:-1].split("\n"), 1):
        try:
            families.line(line)
        except ValueError as fault:
            sys.exit(f"{path}:{number}: {fault}: {line}")
    if len(families.samples) < 50:
        sys.exit(f"only {len(families.samples)} samples")


main(sys.argv[1])
