"""docs/FORMAT.evidence lists the kinds of events that the source makes, each
once and no other.

A name stands where event_new() is called.  Where it comes from somewhere else
ELSEWHERE says from where: for the file that calls event_new(), which files and
what in them.  A call of a function, "name(", means the words in its arguments;
anything else is a pattern whose group is the name.
"""
import glob
import os
import re
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
CODE = ("ca/*.c", "fs/*.c", "hsm/*.c", "status/*.c")
WORDS = r'"([a-z]+(?:-[a-z]+)+)"'
ELSEWHERE = {
    "ca/acceptance.c": (("ca/acceptance.c", "append("),),
    "ca/agreement_act.c": (("ca/agreement_act.c", "append_event("),),
    "ca/consent.c": (("ca/consent.c", "record("),),
    "ca/delivery.c": (("ca/delivery.c", r"define DELIVERED\s+" + WORDS),),
    "ca/expiry.c": (("ca/expiry.c", r"define EXPIRED\s+" + WORDS),),
    "ca/desk_events.c": (
        ("*/*.c", "desk_event("), ("ca/desk.c", "put_change("),
        ("ca/desk_drafts.c", "put_event("),
        ("ca/desk_names.c", r"\{ DESK_\w+, [^,]+, [^,]+,\s+" + WORDS)),
    "ca/dossier.c": (("*/*.c", "dossier_event("),),
    "ca/facts.c": (("ca/facts.c", r'\{ "[^"]*", ' + WORDS),),
    "ca/receipts.c": (("ca/receipts.c", "new_event("),),
    "ca/recording.c": (
        ("*/*.c", "record_event("),
        ("ca/recording_signed.c", r"\[\w+\] = \{ " + WORDS)),
    "ca/starting.c": (("ca/starting.c", "event_of("),),
    "status/desk.c": (
        ("status/*.c", r"struct signature_event event = \{\s*\.name = " +
         WORDS),
        ("status/leftovers.c", r"\[\w+\] = \{ " + WORDS)),
    "status/probes.c": (
        ("status/probes.c", r"struct telling t = \{ \.event = " + WORDS),),
    "status/revocation_change.c": (
        ("*/*.c", "revocation_event("),
        ("status/revocation_change.c", r"\bname = " + WORDS),
        ("status/revocation_change.c", "append_event(")),
}
# Other words of that form in the arguments of such calls.
NO_EVENTS = {"external-ra"}


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        return f.read()


def files(pattern):
    found = glob.glob(os.path.join(TOP, pattern))
    return sorted(os.path.relpath(path, TOP) for path in found)


def calls(text, function):
    """The arguments of each call, as text."""
    for m in re.finditer(r"\b" + re.escape(function), text):
        depth, at = 1, m.end()
        while depth > 0 and at < len(text):
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            at += 1
        yield text[m.end():at - 1]


def first_argument(arguments):
    depth = 0
    for at, c in enumerate(arguments):
        depth += {"(": 1, ")": -1}.get(c, 0)
        if c == "," and depth == 0:
            return arguments[:at]
    return arguments


def words_at(pattern, where):
    found = set()
    for path in files(pattern):
        text = read(path)
        if where.endswith("("):
            for arguments in calls(text, where):
                found.update(re.findall(WORDS, arguments))
        else:
            found.update(re.findall(where, text))
    return found - NO_EVENTS


def made():
    names, faults, used = set(), [], set()
    for path in (p for pattern in CODE for p in files(pattern)):
        for arguments in calls(read(path), "event_new("):
            first = first_argument(arguments)
            words = re.findall(WORDS, first)
            names.update(words)
            if words or "const char *" in first:
                continue
            if path not in ELSEWHERE:
                faults.append(f"{path}: event_new({first}): tests/house/"
                              "events.py does not know where that name is")
            used.add(path)
    for path, places in ELSEWHERE.items():
        if path not in used:
            faults.append(f"tests/house/events.py: {path} calls event_new() "
                          "with no name from elsewhere")
        for pattern, where in places:
            words = words_at(pattern, where)
            names.update(words)
            if not words:
                faults.append(f"tests/house/events.py: {pattern} has no "
                              f"event at {where}")
    return names, faults


def listed():
    text = read("docs/FORMAT.evidence")
    text = text[text.index("\nKinds of events\n"):text.index("\nBy hand\n")]
    return re.findall(r"^    ([a-z]+(?:-[a-z]+)+) ", text, re.M)


def main():
    names, faults = made()
    catalogue = listed()
    for name in sorted(names - set(catalogue)):
        faults.append(f"docs/FORMAT.evidence does not list {name}")
    for name in sorted(set(catalogue)):
        if name not in names:
            faults.append(f"docs/FORMAT.evidence lists {name}, which nothing "
                          "makes")
        if catalogue.count(name) > 1:
            faults.append(f"docs/FORMAT.evidence lists {name} twice")
    for fault in faults:
        print(fault)
    if not faults:
        print(f"events: {len(names)} kinds, all listed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
