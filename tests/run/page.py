"""Does status/index.html say what health.txt and metrics.prom say?

	page.py INDEX.HTML HEALTH.TXT METRICS.PROM NAME

It is XML; nothing in it is a script or is loaded from elsewhere; its style is
the one that its policy lets in; the sections are there, and what is worst
stands first.
"""
import base64
import hashlib
import re
import sys
import xml.etree.ElementTree as ET

H = "{http://www.w3.org/1999/xhtml}"
SECTIONS = ["problems", "issuing", "root", "certificates", "clocks",
            "machine", "evidence", "checks"]


def fail(text):
    sys.exit("the page: " + text)


def text_of(element):
    return " ".join("".join(element.itertext()).split())


def plain(number):
    return re.sub(r"[\s\u202f]", "", number)


def check_safe(root, raw):
    style = re.search(rb"<style>(.*?)</style>", raw, re.S).group(1)
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    policy = [m.get("content") for m in root.iter(H + "meta")
              if m.get("http-equiv") == "Content-Security-Policy"][0]
    if f"'sha256-{digest}'" not in policy or "unsafe" in policy or \
            not policy.startswith("default-src 'none'"):
        fail("its policy is " + policy)
    for e in root.iter():
        name = e.tag.split("}")[-1]
        if name in ("script", "link", "img", "iframe", "object", "base"):
            fail("it has a " + name)
        for key, value in e.attrib.items():
            if key in ("src", "style") or key.startswith("on"):
                fail(f"a {name} with {key}")
            if key == "href" and value not in ("health.txt", "metrics.prom"):
                fail("it leads to " + value)
    if re.search(rb"url\(|@import", style):
        fail("its style loads something")


def read_metrics(path):
    with open(path, encoding="utf-8") as file:
        lines = [li for li in file.read().splitlines() if li[0] != "#"]
    return dict(li.rsplit(" ", 1) for li in lines)


def rows_of(section):
    return {text_of(tr.find(H + "th")): text_of(tr.find(H + "td"))
            for tr in section.iter(H + "tr")
            if tr.find(H + "th") is not None
            and tr.find(H + "td") is not None}


def check_health(parts, path):
    with open(path, encoding="utf-8") as file:
        lines = [li.split(None, 2) for li in file.read().splitlines()[1:]]
    shown = [[text_of(c) for c in tr] for tr in parts["checks"].iter(H + "tr")]
    if [[s[0].split()[-1], s[1], s[2]] for s in shown] != \
            [[a, b, " ".join(c.split())] for a, b, c in lines]:
        fail(f"its checks are not those of health.txt: {shown}")
    bad = [state for state, _, _ in lines if state != "ok"]
    items = [text_of(li) for li in parts["problems"].iter(H + "li")]
    words = {"fail": "Failure", "warn": "Warning"}
    if [i.split()[1] for i in items] != \
            [words[b] for b in sorted(bad, key=["fail", "warn"].index)]:
        fail(f"its problems are {items}")


def check_metrics(parts, metrics):
    figures = {text_of(d.find(H + "dt")): plain(text_of(d.find(H + "dd")))
               for d in parts["certificates"].iter(H + "div")
               if d.find(H + "dt") is not None}
    issued = sum(int(v) for k, v in metrics.items()
                 if k.startswith("pkifs_certificates_issued_total"))
    hold = metrics['pkifs_certificates_revoked{reason="certificateHold"}']
    revoked = sum(int(v) for k, v in metrics.items()
                  if k.startswith("pkifs_certificates_revoked")) - int(hold)
    wanted = {
        "issued": str(issued), "revoked": str(revoked), "suspended": hold,
        "requests pending": metrics['pkifs_requests_open{state="pending"}'],
    }
    for name, value in wanted.items():
        if figures.get(name) != value:
            fail(f"{name}: {figures.get(name)}, not {value}")
    for ca in ("issuing", "root"):
        rows = rows_of(parts[ca])
        number = metrics[f'pkifs_crl_number{{ca="{ca}",list="full"}}']
        if rows["CRL number"].split()[0] != number:
            fail(f"CRL of {ca}: {rows['CRL number']}, not {number}")
        for row in ("Key of the CA", "Next CRL due", "Certificate ends"):
            if row not in rows:
                fail(f"{ca} has no {row}")
    today = [text_of(t) for t in parts["certificates"].iter(
        "{http://www.w3.org/2000/svg}title")]
    if not any(t.endswith(f"issued {issued}") for t in today):
        fail(f"its drawing says {today}")


def main(page, health, metrics, name):
    with open(page, "rb") as file:
        raw = file.read()
    root = ET.fromstring(raw)
    check_safe(root, raw)
    parts = {s.get("id"): s for s in root.iter(H + "section")}
    if list(parts) != SECTIONS:
        fail(f"its sections are {list(parts)}")
    check_health(parts, health)
    check_metrics(parts, read_metrics(metrics))
    titles = [text_of(h) for h in root.iter(H + "h1")]
    if titles != [name + " SANDBOX"]:
        fail(f"its title is {titles}")
    if rows_of(parts["evidence"])["Last checkpoint"] != "none was signed":
        fail("a checkpoint")


main(*sys.argv[1:])
