#!/usr/bin/env python3
"""The measurements of `make bench-million`: PKIFS HOME MOUNTPOINT KEY."""
import os
import statistics
import subprocess
import sys
import threading
import time

pkifs, home, ca, key = sys.argv[1:]
clock = time.monotonic
TICK = os.sysconf("SC_CLK_TCK")
SHARE = 10  # status/crl_scopes.c


def line(what, value, limit, beside=""):
    print("  %-46s %-26s %-10s %s" % (what, value, limit, beside), flush=True)


def processes():
    """The ids of main and its children, by name."""
    main = int(open(home + "/run/lock").read())
    found = {main: "main"}
    for pid in subprocess.run(["pgrep", "-P", str(main)], text=True,
                              capture_output=True).stdout.split():
        with open("/proc/%s/cmdline" % pid) as said:
            words = said.read().replace("\0", " ").split()
        found[int(pid)] = words[1] if len(words) > 1 else "?"
    return found


def pss(pid):
    """In MB; what it has mapped, shared pages in parts."""
    try:
        with open("/proc/%d/smaps_rollup" % pid) as rollup:
            for said in rollup:
                if said.startswith("Pss:"):
                    return int(said.split()[1]) / 1024
    except OSError:
        pass
    return 0


def cpu(pids):
    """Seconds of CPU time so far."""
    used = 0
    for pid in pids:
        with open("/proc/%d/stat" % pid) as stat:
            words = stat.read().rsplit(")", 1)[1].split()
        used += int(words[11]) + int(words[12])
    return used / TICK


class Peak(threading.Thread):
    """The most that all processes have together, sampled."""

    def __init__(self):
        super().__init__(daemon=True)
        self.most, self.of, self.over = 0, {}, threading.Event()
        self.start()

    def run(self):
        known = processes()
        while not self.over.wait(0.01):
            now = {name: pss(pid) for pid, name in known.items()}
            if sum(now.values()) > self.most:
                self.most, self.of = sum(now.values()), now

    def end(self):
        self.over.set()
        self.join()
        return "%.0f MB" % self.most


def mount():
    start = clock()
    subprocess.run([pkifs, "mount", home, ca], check=True,
                   stderr=subprocess.DEVNULL)
    return clock() - start


def umount():
    subprocess.run([pkifs, "umount", ca], check=True,
                   stderr=subprocess.DEVNULL)


def read(path):
    with open(os.path.join(ca, path), "rb") as file:
        return file.read()


def median_ms(times):
    return "median %.1f ms" % (statistics.median(times) * 1000)


def timed(action):
    start = clock()
    action()
    return clock() - start


def wait_for(condition, seconds=120, pause=0.002):
    end = clock() + seconds
    while not condition():
        if clock() > end:
            sys.exit("bench-million: waited in vain")
        time.sleep(pause)


def metrics():
    return read("status/metrics.prom").decode().split("\n")


def behind():
    """Rows that the totals of metrics.prom do not have yet."""
    return [int(said.split()[1]) for said in metrics()
            if said.startswith("pkifs_tally_behind ")][0]


def lists():
    """(entries, number) by list, of metrics.prom."""
    found = {}
    for said in metrics():
        for what in ("pkifs_crl_entries", "pkifs_crl_number"):
            if said.startswith(what + '{ca="issuing"'):
                name = said.split('list="')[1].split('"')[0]
                found.setdefault(name, {})[what] = int(said.split()[-1])
    return found


def first_of(folder, count):
    """Without reading the whole folder."""
    found = []
    with os.scandir(os.path.join(ca, folder)) as entries:
        for entry in entries:
            if not entry.name.startswith("Example"):
                found.append(entry.name)
            if len(found) >= count:
                break
    return found


def some_names():
    """Of each index, read in another mount: the kernel knows none of them."""
    return {what: first_of("issued/by-" + what, 2000)[::10]
            for what in ("name", "key", "serial")}


def finding(some):
    for what, names in some.items():
        times = [timed(lambda one=one: os.listdir(
            os.path.join(ca, "issued/by-" + what, one))) for one in names]
        line("find by " + what, median_ms(times), "5 ms",
             "worst %.1f ms" % (max(times) * 1000))
    times = [timed(lambda: first_of("issued/by-serial", 1))
             for _ in range(11)]
    line("ls of issued/by-serial, until its first names", median_ms(times),
         "-")


def reading(beside):
    times = []
    for _ in range(5):
        times.append(timed(metrics))
        time.sleep(1.1)		# it is rendered once a second at most
    line("read of status/metrics.prom, rendered anew", median_ms(times), "-",
         "worst %.1f ms; %s" % (max(times) * 1000, beside))


def adding_up():
    """What was loaded; a CA that issued it itself has done so all along."""
    pids = list(processes())
    start, used, rows = clock(), cpu(pids), behind()
    if rows:
        reading("while what was loaded is being added up")
        wait_for(lambda: behind() == 0, 3600, 1.1)
        line("adding up what was loaded (waited for)", "%.0f s, %.1f s CPU" %
             (clock() - start, cpu(pids) - used), "-", "%d rows, behind "
             "whatever else is done" % rows)
    reading("after that" if rows else "nothing is left to be added up")


def issue(number):
    request = subprocess.run(
        ["openssl", "req", "-new", "-key", key, "-subj",
         "/CN=new%d.example.org" % number, "-addext",
         "subjectAltName=DNS:new%d.example.org" % number],
        check=True, capture_output=True).stdout
    with open("%s/requests/new%d.csr" % (ca, number), "wb") as file:
        file.write(request)
    crt = "%s/requests/new%d.crt" % (ca, number)
    said = subprocess.run(["openssl", "x509", "-in", crt, "-noout", "-serial",
                           "-ext", "crlDistributionPoints"], text=True,
                          capture_output=True, check=True).stdout
    serial = said.split("serial=")[1].split("\n")[0]
    return serial, said.split("URI:")[1].split()[0].split("/pki/")[1]


def ocsp_path(crt, scratch):
    """
    Where the mount answers about a certificate: a request in base64.  A path
    that ends in a slash is no file's: it is found without them, as `//` is.
    """
    import base64
    subprocess.run(["openssl", "ocsp", "-issuer", ca + "/ca/issuing.pem",
                    "-cert", crt, "-no_nonce", "-reqout", scratch],
                   check=True, capture_output=True)
    with open(scratch, "rb") as file:
        text = base64.b64encode(file.read()).decode()
    return "status/ocsp/" + text.rstrip("/")


def must_say_revoked(answer, scratch):
    with open(scratch, "wb") as file:
        file.write(answer)
    said = subprocess.run(["openssl", "ocsp", "-respin", scratch, "-noverify",
                           "-resp_text"], text=True, capture_output=True)
    if "Cert Status: revoked" not in said.stdout:
        sys.exit("bench-million: OCSP says " + said.stdout)


def revoking(count):
    """
    Until the shard, the delta and OCSP say so, of certificates that somebody
    had asked OCSP about: a good answer is replaced by a signed one.
    """
    scratch = os.path.dirname(home) + "/scratch"
    times = []
    until = {"delta": [], "shard": []}
    pids = list(processes())
    used = cpu(pids)
    for i in range(count):
        serial, shard = issue(i)
        octets = bytes.fromhex(serial)
        asked = ocsp_path("%s/requests/new%d.crt" % (ca, i), scratch)
        good = read(asked)
        start = clock()
        with open("%s/revoke/%s" % (ca, serial), "w") as file:
            file.write("superseded\n")
        for what, path in (("shard", shard),
                           ("delta", "status/issuing-delta.crl")):
            wait_for(lambda path=path: octets in read(path))
            until[what].append(clock() - start)
        wait_for(lambda: read(asked) != good)
        times.append(clock() - start)
        must_say_revoked(read(asked), scratch)
    line("revocation until shard, delta and OCSP say so",
         median_ms(times), "100 ms", "worst %.0f ms; CPU %.0f ms each, of "
         "issuing it and what follows behind too" %
         (max(times) * 1000, (cpu(pids) - used) / count * 1000))
    line("  of it until the shard says so", median_ms(until["shard"]), "-")
    line("  of it until the delta says so", median_ms(until["delta"]),
         "50 ms")


def complete(number, when):
    """
    Made of the one before, which the first mount made of all rows: a file that
    is read from its front, also where the kernel has forgotten it.
    """
    peak = Peak()
    pids = list(processes())
    used = cpu(pids)
    serial, _ = issue(number)
    before = os.stat(ca + "/status/issuing.crl").st_ino
    start = clock()
    with open("%s/revoke/%s" % (ca, serial), "w") as file:
        file.write("superseded\n")
    wait_for(lambda: os.stat(ca + "/status/issuing.crl").st_ino != before)
    took = clock() - start
    size = os.stat(ca + "/status/issuing.crl").st_size
    line("complete CRL, " + when, "%.2f s, %.2f s CPU" %
         (took, cpu(pids) - used), "1 s",
         "openssl ca: 23.1 s; %.1f MB" % (size / 1e6))
    line("  peak of all processes (PSS)", peak.end(), "100 MB",
         "openssl ca: 606 MB; " + ", ".join(
             "%s %.0f" % one for one in peak.of.items()))
    return took


def main():
    took = mount()
    line("first mount (its CRLs follow)", "%.2f s" % took, "-")
    wait_for(lambda: "full" in lists() and
             lists()["full"]["pkifs_crl_entries"] > 0)
    some = some_names()
    umount()
    took = [mount()]
    for _ in range(2):
        umount()
        took.append(mount())
    line("mount", "median %.2f s" % statistics.median(took), "1 s")
    for pid, name in processes().items():
        if name == "core":
            line("core, after the mount (PSS)", "%.0f MB" % pss(pid),
                 "100 MB")
    finding(some)
    adding_up()
    took = complete(1000, "from a revocation on")
    time.sleep(SHARE * took)  # core rests as long
    complete(1001, "again")
    revoking(15)
    umount()
    print("  load average %s" % open("/proc/loadavg").read().split()[0])


main()
