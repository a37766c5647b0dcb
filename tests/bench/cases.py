"""What the case files say: how long after its receipt each revocation was
decided, and the CRL and OCSP said so.  cases.py REVOKE TITLE SERIALS"""
import re
import sys
from datetime import datetime

TIME = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})Z"
STEPS = (
    ("receipt to decision", r"^decided: " + TIME),
    ("receipt to CRL", r"^publication: .*?CRL \d+ at " + TIME),
    ("receipt to OCSP", r"^publication: .*?OCSP at " + TIME),
)


def find(pattern, text):
    return datetime.fromisoformat(
        re.search(pattern, text, re.MULTILINE).group(1))


took = {name: [] for name, _ in STEPS}
revoke, title, serials = sys.argv[1:]
for serial in open(serials).read().split():
    with open("%s/%s" % (revoke, serial)) as f:
        text = f.read()
    received = find(r"^received: " + TIME, text)
    for name, pattern in STEPS:
        took[name].append((find(pattern, text) - received).total_seconds())
print(title)
for name, _ in STEPS:
    times = sorted(took[name])
    print("  %-20s median %8.3f s, p99 %8.3f s, at most %8.3f s" % (
        name, times[len(times) // 2], times[len(times) * 99 // 100],
        times[-1]))
