"""DESIGN section 4, proved from three records that do not know each other:

	invariants.py SHIM_FILE SIGNER_HOME EVIDENCE_DIR CRL

- what the token was given (tests/tools/p11shim.c: a line each C_Sign and each
  C_DeriveKey, which opens an external RA's package),
- what the signer noted (SIGNER_HOME/journal, docs/FORMAT.journal),
- what the evidence says (one JSON file an event, docs/FORMAT.evidence).

They meet in the digest of what was signed.  What must hold:

1. the journal is one chain, and begins nothing twice but the opening of a
   package, which may have to be asked for again;
2. every C_Sign and C_DeriveKey has its `begin`, every `end` had its call;
3. every `end` is in the evidence;
4. every `begin` without `end` is there as abandoned, and only such are;
5. no certificate, CRL or OCSP answer is in the evidence without its `end`;
6. the serial of a certificate that was abandoned is on the CRL.

Recovery runs behind the mount, so what is missing is asked for again for a
while; what is still missing then is printed, and the exit status is 1.  Else
one line says how many there were of each.
"""
import hashlib
import json
import os
import subprocess
import sys
import time

GRACE = 15.0	# seconds


class Fault(Exception):
    """No use to ask again."""


def journal_lines(path):
    """The whole lines, each with its hash checked."""
    with open(path, "rb") as f:
        text = f.read()
    before = "0" * 64
    # What is behind the last newline is being written just now.
    for number, line in enumerate(text.split(b"\n")[:-1], 1):
        if not line:
            return
        body, _, found = line.rpartition(b" ")
        wanted = hashlib.sha256(before.encode() + body).hexdigest()
        if found.decode("ascii", "replace") != wanted:
            raise Fault(f"journal: line {number} does not continue the chain")
        before = wanted
        fields = body.decode("ascii").split(" ")
        if int(fields[0]) != number:
            raise Fault(f"journal: line {number} has number {fields[0]}")
        yield fields


def read_journal(path):
    """Digest of what is signed -> its begin; numbers of begins with an end."""
    begun, ended = {}, set()
    for fields in journal_lines(path):
        number, kind = int(fields[0]), fields[2]
        if kind == "begin":
            what, key, tbs = fields[3], fields[4], fields[6]
            if tbs in begun and what != "handover":
                raise Fault(f"journal: {number} begins {tbs} again")
            begun[tbs] = (number, f"{what} by {key}, {fields[7]}")
        elif kind == "end":
            tbs = fields[4]
            begin = int(fields[3])
            # Two openings of one package may overlap; the later begin counts.
            if tbs not in begun or begun[tbs][0] < begin or \
                    (begun[tbs][0] > begin and "handover" not in begun[tbs][1]):
                raise Fault(f"journal: {number} ends what was not begun")
            ended.add(tbs)
    return begun, ended


def read_shim(path):
    with open(path, encoding="ascii") as f:
        return [line.split()[2] for line in f]


POINT = "point="


def point_of(given):
    """As the journal names it: 40 digits of the point's SHA-256."""
    digits = given[len(POINT):]
    # CKA_EC_POINT's form is an OCTET STRING around it.
    if not digits.startswith("04") or len(digits) % 64 != 2:
        digits = digits[4:]
    return POINT + hashlib.sha256(bytes.fromhex(digits)).hexdigest()[:40]


# Events never change: what was read once is not read again.
events = {}


def read_evidence(top):
    """Digest -> names of the events with a signing of it, and outcomes."""
    for folder, folders, names in os.walk(top):
        if folder == top:
            folders[:] = [f for f in folders if f.isdigit()]
        for name in names:
            path = os.path.join(folder, name)
            if path in events or not name.endswith(".json"):
                continue
            with open(path, encoding="utf-8") as f:
                event = json.load(f)
            events[path] = event
    signed = {}
    for event in events.values():
        signing = event["signing"]
        if signing is None or signing["tbs_sha256"] is None:
            continue
        outcome = (event["decision"] or {}).get("outcome")
        signed.setdefault(signing["tbs_sha256"], []).append(
            (event["event"], outcome))
    return signed


PUBLISHED = {"certificate-issued", "crl-published", "ocsp-answer-signed"}
UNSIGNED = {"abandoned", "refused"}	# outcomes


def crl_serials(path):
    """A file that pkifs makes is a snapshot, so one read is one CRL."""
    text = subprocess.run(["openssl", "crl", "-inform", "DER", "-in", path,
        "-noout", "-text"], check=True, capture_output=True, text=True).stdout
    return {line.split()[2].upper() for line in text.splitlines()
        if line.strip().startswith("Serial Number:")}


def missing(shim, signer, evidence, crl, counts):
    """What does not hold just now, a sentence each; fills in the counts."""
    # What is read first was, by then, in the journal.
    signed = read_evidence(evidence)
    given = read_shim(shim)
    begun, ended = read_journal(os.path.join(signer, "journal"))
    points = {point_of(data) for data in given if data.startswith(POINT)}
    named = {what.rpartition(" ")[2] for _, what in begun.values()}
    for tbs in given:
        if tbs not in begun and not tbs.startswith(POINT):
            yield f"C_Sign of {tbs} has no beginning in the journal"
    for point in points - named:
        yield f"C_DeriveKey with {point} has no beginning in the journal"
    listed, lost = crl_serials(crl), 0
    for tbs, (number, what) in begun.items():
        found = signed.get(tbs, [])
        abandoned = any(outcome == "abandoned" for _, outcome in found)
        lost += abandoned
        called = tbs in given or what.rpartition(" ")[2] in points
        if tbs in ended and not called:
            yield f"journal {number} ({what}) ended, and no call was seen"
        if tbs in ended and not found:
            yield f"journal {number} ({what}) ended, not in the evidence"
        if tbs in ended and abandoned:
            yield f"journal {number} ({what}) ended, but called abandoned"
        # A package that was not opened is refused, and told so in its event.
        closed = abandoned or ("handover" in what and found)
        if tbs not in ended and not closed:
            yield f"journal {number} ({what}) is not closed as abandoned"
        serial = what.rpartition("serial=")[2]
        if abandoned and "serial=" in what and serial not in listed:
            yield f"journal {number} ({what}) is abandoned, not on the CRL"
    for tbs, found in signed.items():
        for name, outcome in found:
            if name in PUBLISHED and outcome not in UNSIGNED and \
                    tbs not in ended:
                yield f"{name} of {tbs} has no end in the journal"
    derived = sum(data.startswith(POINT) for data in given)
    counts.update(C_Sign=len(given) - derived, C_DeriveKey=derived, begun=len(begun), ended=len(ended),
        abandoned=lost, events=len(events))


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    until = time.monotonic() + GRACE
    counts = {}
    while True:
        try:
            faults = list(missing(*sys.argv[1:], counts))
        except Fault as fault:
            sys.exit(f"    {fault}")
        if not faults:
            print(", ".join(f"{n} {what}" for what, n in counts.items()))
            return
        if time.monotonic() > until:
            sys.exit("\n".join(f"    {fault}" for fault in faults))
        time.sleep(0.2)


main()
