"""docs/CLAUSES: what answers each requirement, found in the code.

	clauses.py           writes docs/CLAUSES
	clauses.py --check   fails when it is not current, or a row has no answer

The rows are those of docs/requirements.tsv whose gate is one of GATES.  An
answer is one of

- enforced: a rule cites the row.  Rules are the rows of the tables in
  ca/gates.c and ca/lint.c, other tables (keys of configuration, matrix of
  roles), the sentences of refusals, and what a comment at a function or table
  says it does.  A test has to cite the row too, or to name the rule;
- evidenced: an event carries the requirement's identifier;
- organisational, or refused: docs/organisational.tsv says why, and what the
  organisation does, or which refusal makes it have no case here.

Nothing is listed by hand but the last.
"""
import glob
import os
import re
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
GATES = ("registration", "issuance", "dissemination/acceptance",
         "renewal/re-key/modification", "revocation/suspension",
         "roles/access", "status service")
CODE = ("ca/*.c", "hsm/*.c", "status/*.c", "fs/*.c")
TESTS = ("tests/unit/*.[ch]", "tests/run/[0-9]*.sh", "tests/crash/*",
         "tests/desktop/*.sh", "tests/clients/*.sh")
SAMPLES = ("tests/unit/test_event.c", "tests/unit/test_papers.c")
WIDTH = 78

# --- what is cited ---------------------------------------------------------

DOCUMENT = (r"(?:EN 319 )?(?P<etsi>41[12]-\d)|(?P<rfc>RFC \d+)|"
            r"TS (?P<ts>119 \d+)(?: V[\d.]+)?|(?P<br>BR)|"
            r"(?P<nc>NCSSR [\d.]+)")
ITEM = (r"[A-Z]{3}-\d+(?:\.\d+)*-\d+[A-Z]*|[A-Z]{3}-\d+(?:\.\d+)+|"
        r"[A-Z]?\d+(?:\.[\dx]+)+[A-Z]?(?:-\d+[A-Z]*)?|-\d+[A-Z]*|"
        r"[A-Z]\.\d+")
LIST = rf"(?:{ITEM})(?:(?:\.\.|\s*[,/]\s*|\s+/\s+)(?:{ITEM}))*"
WITH_DOCUMENT = re.compile(
    rf"(?<![\w-])(?:{DOCUMENT})\s+(?:(?:section|clause)\s+)?(?P<list>{LIST})")
OWN = (r"(?:NAT|LEG|OVR|REG|GEN|REV|CSS|DIS|SDP|REQ)-\d+(?:\.\d+)*-\d+[A-Z]*")
ALONE = re.compile(rf"(?<![\w-])(?P<list>{OWN}(?:(?:\.\.|\s*[,/]\s*|\s+/\s+)"
                   rf"(?:{OWN}|-?\d+(?:\.\d+)+-\d+[A-Z]*|-\d+[A-Z]*))*)")


def items(text, document):
    """REG-6.2.2-08, -08A and GEN-4.2.2-1, 4.2.5-1 one by one."""
    prefix, last = "", None
    if re.match(r"(NAT|LEG)-", text):	# of 412-1 to -3, and unlike in each
        document = ""
    for dots, word in re.findall(rf"(\.\.)?({ITEM})", text):
        whole = re.match(r"([A-Z]{3})-([\d.]+)(-|$)", word)
        if whole:
            prefix = word[:whole.end(2)]
        elif word.startswith("-") and prefix:
            word = prefix + word
        elif re.match(r"\d+(\.\d+)+-\d", word) and prefix:
            word = prefix[:4] + word
            prefix = word.rsplit("-", 1)[0]
        if dots and last:
            first, end = (int(w.rsplit("-", 1)[1]) for w in (last, word))
            for number in range(first + 1, end):
                yield document + f"{prefix}-{number:02d}"
        last = word
        yield document + word


def cited(text):
    """Keys of all that a text cites: "REG-6.2.2-01", "RFC 5280 4.1.2.2"."""
    text = re.sub(r"\s+(?:\*\s+)?", " ", text)
    keys, rest = set(), []
    at = 0
    for m in WITH_DOCUMENT.finditer(text):
        document = m["etsi"] or m["rfc"] or m["br"] or m["nc"] or \
            "TS " + m["ts"]
        keys.update(items(m["list"], document + " "))
        rest.append(text[at:m.start()])
        at = m.end()
    rest.append(text[at:])
    rest = " ; ".join(rest)
    keys.update(re.findall(r"RFC \d+", rest))	# all of it
    for m in ALONE.finditer(rest):
        keys.update(items(m["list"], ""))
    return keys


# --- the code --------------------------------------------------------------

COMMENT = re.compile(r"/\*.*?\*/", re.S)
STRINGS = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*')
DEFINITION = re.compile(
    r"^(?P<function>[a-z_0-9]+)\((?:[^;{}]*?)\)\n\{"
    r"|^(?:static |const )*(?:struct \w+|char|unsigned|int)?[^\n;(]*?"
    r"(?P<table>\w+)\[[^\]]*\](?:\[[^\]]*\])* = \{"
    r"|^\} (?P<anonymous>\w+)\[[^\]]*\] = \{", re.M)
ONLY_KEYS = re.compile(rf"\s*{OWN}(?:\s+{OWN})*\s*")


def join(literals):
    return "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', literals))


class Source:
    """A C file: its comments, its strings, and the definition each is in."""

    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as f:
            self.text = f.read()
        self.comments = [(m.start(), m.group())
                         for m in COMMENT.finditer(self.text)]
        bare = COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m.group()),
                           self.text)
        self.strings = [(m.start(), join(m.group()))
                        for m in STRINGS.finditer(bare)]
        self.bare = bare
        self.definitions = []
        for m in DEFINITION.finditer(bare):
            end = bare.find("\n}", m.end() - 1)
            self.definitions.append((m.start(), end, m["function"] or
                                     m["table"] or m["anonymous"]))

    def place(self, at, is_comment=False):
        """The function or table around; for a comment, else the next one."""
        if is_comment and self.bare[at:].lstrip().startswith("#"):
            return ""
        for start, end, name in self.definitions:
            if start <= at <= end or (is_comment and at < start):
                return name
        return ""

    def body(self, name):
        for start, end, other in self.definitions:
            if other == name:
                return self.bare[start:end]
        return ""


class Rule:
    """What enforces or records; `names` are those a test may call it by."""

    def __init__(self, kind, text, keys, names=()):
        self.kind, self.text, self.keys = kind, text, keys
        self.names = tuple(names)


def gates(source):
    """Rows of the table of gates; what their functions cite is theirs too."""
    for m in re.finditer(r'\{ ("[a-z-]+"),\s*((?:"[^"]*"\s*)+),\s*\d'
                         r'[^}]*?(ask_\w+)', source.body("gates")):
        name = join(m.group(1))
        GATE_OF[m.group(3)] = name
        yield Rule("rule", f"gate {name}", cited(join(m.group(2))), [name])


GATE_OF = {}		# the functions of the gates
CODE_TEXTS = {}


def lints(source):
    """Rows of the two tables of the lint."""
    for m in re.finditer(r'\{ ((?:"[^"]*"\s*)+),\s*(\w+) \}',
                         source.body("rules")):
        yield Rule("rule", f"lint {m.group(2)}", cited(join(m.group(1))),
                   [m.group(2)])
    for m in re.finditer(r'\{ ("\w[\w-]*"),\s*((?:"[^"]*"\s*)+),',
                         source.body("known")):
        yield Rule("rule", f"lint of {join(m.group(1))}",
                   cited(join(m.group(2))))


EVENT_NAME = re.compile(r'"([a-z]+(?:-[a-z]+)+)"')


def event_names(source, place, known):
    """Events that a function makes, or if it is told which, its file's."""
    names = [n for n in EVENT_NAME.findall(source.body(place)) if n in known]
    if not names:
        names = [n for n in EVENT_NAME.findall(source.bare) if n in known]
    return list(dict.fromkeys(names))


def known_events(sources):
    """First arguments of what makes events, and columns of event tables."""
    known = set()
    for source in sources:
        for m in re.finditer(r"\b(?:event_new|record_event|\w*_?event|note\w*|"
                             r"\w*append\w*|\w*record\w*|\w*tell\w*|make\w*)"
                             r"\(([^;]*?)\)\s*[;)&|=!]",
                             source.bare, re.S):
            for name in EVENT_NAME.findall(m.group(1)):
                if re.search(EVENT_ENDS, name):
                    known.add(name)
        for m in re.finditer(r'"([a-z]+(?:-[a-z]+)+)"', source.bare):
            if re.search(EVENT_ENDS, m.group(1)):
                known.add(m.group(1))
    return known


# An event says that something is done.
EVENT_ENDS = (r"-(decided|issued|refused|withdrawn|changed|loaded|registered|"
              r"recorded|revoked|published|compared|delivered|generated|"
              r"initialised|opened|moved|document-read|accepted|agreed|reinstated|"
              r"expired|closed|abandoned|approved|rejected|approval|signed|"
              r"started|stopped|received|recognised|handed|dropped|written|"
              r"removed|made)$")


def row_events(source, at, known):
    """Names of events that stand before it in one row, or one statement."""
    start = max(source.bare.rfind(c, 0, at) for c in ";{}")
    before = source.bare[start:at]
    return before, [n for n in EVENT_NAME.findall(before) if n in known]


def is_of_event(source, at, known):
    """Handed to what makes an event, or in one row with an event's name."""
    before, names = row_events(source, at, known)
    place = source.place(at)
    return names or "requirement" in before + place or \
        "event_requirement" in source.body(place)


def rule_at(source, place, keys):
    if place in GATE_OF:
        return Rule("rule", f"gate {GATE_OF[place]}", keys, [GATE_OF[place]])
    return Rule("rule", f"{source.path}: {place}" if place else source.path,
                keys)


def rules_of(source, known):
    tables = {"ca/gates.c": gates, "ca/lint.c": lints}
    done = ()
    if source.path in tables:
        yield from tables[source.path](source)
        done = ("gates", "rules", "known")
    for at, text in source.strings:
        keys = cited(text)
        place = source.place(at)
        if not keys or place in done:
            continue
        if ONLY_KEYS.fullmatch(text) and is_of_event(source, at, known):
            names = row_events(source, at, known)[1] or \
                event_names(source, place, known)
            yield Rule("event", ", ".join(names) or f"by {source.path}",
                       keys, names)
        else:
            yield rule_at(source, place, keys)
    for at, text in source.comments:
        keys = cited(text)
        if not keys:
            continue
        yield rule_at(source, source.place(at, at != 0), keys)


# --- tests -----------------------------------------------------------------

class Tests:
    def __init__(self):
        self.texts, self.keys = {}, {}
        for pattern in TESTS:
            for path in sorted(glob.glob(pattern)):
                if path in SAMPLES:	# what they cite is anything
                    continue
                with open(path, encoding="utf-8", errors="replace") as f:
                    self.texts[path] = f.read()
                self.keys[path] = cited(self.texts[path])

    def of(self, keys, names):
        """Those that cite one of the keys, or name the rule."""
        word = [re.compile(rf"(?<![\w-]){re.escape(n)}(?![\w-])")
                for n in names]
        return [path for path, text in self.texts.items()
                if any(covers(k, keys) for k in self.keys[path]) or
                any(w.search(text) for w in word)]


def covers(key, keys):
    """A clause as a whole (412-1 NAT-5.1.3) stands for its parts."""
    return key in keys or (key.count("-") < 2 and
                           any(k.startswith(key + "-") for k in keys))


# --- the rows --------------------------------------------------------------

def read_rows():
    with open("docs/requirements.tsv", encoding="utf-8") as f:
        lines = [line.rstrip("\n").split("\t") for line in f][1:]
    for number, _, clause, text, gate, *_ in lines:
        if gate in GATES:
            yield number, clause, text, gate


def read_organisational():
    """clause or clause#row -> answer, what is done, where it is refused."""
    answers = {}
    with open("docs/organisational.tsv", encoding="utf-8") as f:
        for line in f:
            if line.startswith("#") or not line.strip():
                continue
            clause, answer, text, *proof = line.rstrip("\n").split("\t")
            proof = " ".join(proof).split()
            answers[clause] = (answer, text, proof)
    return answers


def row_keys(clause):
    """As in the code; none where the source has no numbers."""
    clause = re.sub("^clause ", "EN 319 411-1 clause ", clause)
    return cited(re.sub(r"\([^)]*\)|\[[^]]*\]|a\)-[a-z]\)", " ", clause))


def paragraph(to, first, text):
    line = first
    for word in text.split():
        if len(line) + 1 + len(word) > WIDTH and line.strip():
            to.append(line)
            line = " " * len(first)
        line += (" " if line.strip() and line != first else "") + word
    to.append(line)


def words_of(clause, texts):
    """A source of no numbered clauses is cited by its words."""
    return [p for p, text in texts.items() if clause.lower() in
            re.sub(r"\s+(?:[*#]\s+)?", " ", text).lower()]


def of_kind(kind, rules, keys):
    return [r for r in rules if r.kind == kind and
            any(covers(k, keys) for k in r.keys)]


def unique(words):
    return list(dict.fromkeys(words))


def answer(out, row, rules, tests, organisational, used):
    """Lines for one row; the fault, or None."""
    number, clause, text, _ = row
    keys = row_keys(clause)
    mine = of_kind("rule", rules, keys)
    events = of_kind("event", rules, keys)
    shown = tests.of(keys, [n for r in mine for n in r.names])
    if not keys:
        mine = [Rule("rule", p, ()) for p in words_of(clause, CODE_TEXTS)]
        shown = words_of(clause, tests.texts)
    out.append(clause)
    paragraph(out, "    ", text)
    answers = 0
    if mine and shown:
        paragraph(out, "    enforced       ",
                  "; ".join(unique(r.text for r in mine)))
        paragraph(out, "      shown by     ", " ".join(shown))
        answers += 1
    if events:
        paragraph(out, "    evidenced      ", ", ".join(unique(
            n for r in events for n in r.names or [r.text])))
        answers += 1
    for name in (f"{clause}#{number}", clause):
        if name not in organisational:
            continue
        used.add(name)
        kind, why, proof = organisational[name]
        paragraph(out, f"    {kind:<15}", why)
        if proof:
            paragraph(out, "      shown by     ", " ".join(proof))
        answers += 1
        break
    out.append("")
    if answers:
        return None
    if mine:
        return (f"row {number}, {clause}: {mine[0].text} answers it and no "
                "test says so")
    return f"row {number}, {clause}: nobody answers it"


def proofs(organisational):
    """A refusal is a rule like another: a test has to contain its words."""
    for clause, (kind, _, proof) in organisational.items():
        if kind not in ("organisational", "refused"):
            yield f"docs/organisational.tsv: {clause}: {kind}?"
        if kind == "refused" and not proof:
            yield f"docs/organisational.tsv: {clause}: which test shows it?"
        for path in proof:
            if not os.path.exists(path):
                yield f"docs/organisational.tsv: there is no {path}"


HEAD = """CLAUSES: what answers each requirement

Made by `make clauses` from the code, the tests and docs/organisational.tsv;
tests/house/clauses.py says how. The rows are those of docs/requirements.tsv for
the gates below.

enforced         a rule refuses or makes sure; gates and lints by their names,
                 other rules by file and function; and the tests that cite the
                 requirement or name the rule
evidenced        events that carry the identifier
organisational   what the organisation does, and why the program cannot
refused          it has no case here, because the program refuses to be used so

"""


def main():
    os.chdir(TOP)
    sources = [Source(p) for pattern in CODE
               for p in sorted(glob.glob(pattern))]
    CODE_TEXTS.update((s.path, s.text) for s in sources)
    known = known_events(sources)
    sources.sort(key=lambda s: s.path != "ca/gates.c")
    rules = [r for s in sources for r in rules_of(s, known)]
    tests, organisational = Tests(), read_organisational()
    rows, used, faults = list(read_rows()), set(), []
    out = []
    for gate in GATES:
        out += [gate.upper(), "=" * len(gate), ""]
        for row in rows:
            if row[3] == gate:
                fault = answer(out, row, rules, tests, organisational, used)
                faults += [fault] if fault else []
    faults += list(proofs(organisational))
    faults += [f"docs/organisational.tsv: {c}: no such row, or not of these "
               "gates" for c in organisational if c not in used]
    text = HEAD + "\n".join(line.rstrip() for line in out)
    return text, faults, len(rows)


if __name__ == "__main__":
    made, wrong, count = main()
    for sentence in wrong:
        print(sentence)
    if "--check" in sys.argv[1:]:
        try:
            with open("docs/CLAUSES", encoding="utf-8") as f:
                current = f.read() == made
        except FileNotFoundError:
            current = False
        if not current:
            print("docs/CLAUSES is not current: make clauses")
        if wrong or not current:
            sys.exit(1)
        print(f"clauses: {count} rows, all answered")
    else:
        with open("docs/CLAUSES", "w", encoding="utf-8") as f:
            f.write(made)
        sys.exit(1 if wrong else 0)
