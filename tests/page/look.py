"""Looks at a page in headless Chromium as people would, and takes pictures.

	look.py PAGE FOLDER

At each width, light and dark: nothing is wider than the window, no text is
cut, the style is let in, nothing is loaded and nothing complained of; and as
it is printed.  FOLDER gets page-WIDTH.png, page-WIDTH-dark.png, page.pdf.
The browser is told by its debugging pipe, so nothing but it is needed.
"""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

WIDTHS = (360, 1400)
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

# What is wider than the window, or than the box that cuts it off.
WIDE = """(() => {
	const wide = document.documentElement.clientWidth, bad = [];
	for (const e of document.body.querySelectorAll('*')) {
		const box = e.getBoundingClientRect();
		if (box.right > wide + 1 || box.left < -1)
			bad.push(e.tagName + ' ' + e.textContent.slice(0, 40));
		if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 &&
		    getComputedStyle(e).display !== 'inline')
			bad.push('cut ' + e.tagName + ' ' +
			    e.textContent.slice(0, 40));
	}
	if (document.documentElement.scrollWidth > wide)
		bad.push('the page: ' + document.documentElement.scrollWidth);
	return bad;
})()"""
# Contrast of each text with what is behind it (WCAG 2: 4.5 to 1).
CONTRAST = """(() => {
	const rgb = c => (c.match(/[\\d.]+/g) || []).map(Number);
	const light = c => c.slice(0, 3).map(v => { v /= 255;
	    return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; })
	    .reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
	const behind = e => { for (; e; e = e.parentElement) {
		const c = rgb(getComputedStyle(e).backgroundColor);
		if (c.length === 3 || c[3] > 0) return c;
	} return [255, 255, 255]; };
	const bad = [];
	for (const e of document.body.querySelectorAll('*')) {
		const own = [...e.childNodes].some(n => n.nodeType === 3 &&
		    n.textContent.trim());
		if (!own || e.closest('svg')) continue;
		const a = light(rgb(getComputedStyle(e).color)),
		    b = light(behind(e));
		const c = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
		if (c < 4.5) bad.push(c.toFixed(1) + ' ' + e.textContent);
	}
	return bad;
})()"""


class Browser:
    def __init__(self, program, profile):
        to_browser, ours_out = os.pipe()
        ours_in, from_browser = os.pipe()

        def place():
            high = [os.dup(fd) for fd in (to_browser, from_browser)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--hide-scrollbars",
             "--remote-debugging-pipe", f"--user-data-dir={profile}"],
            preexec_fn=place, close_fds=False,
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.out, self.input = os.fdopen(ours_out, "wb"), os.fdopen(
            ours_in, "rb")
        self.number, self.session, self.told = 0, None, []

    def message(self):
        got = bytearray()
        while (octet := self.input.read(1)) != b"\0":
            if not octet:
                sys.exit("the browser ended")
            got += octet
        return json.loads(got)

    def ask(self, method, **params):
        self.number += 1
        call = {"id": self.number, "method": method, "params": params}
        if self.session:
            call["sessionId"] = self.session
        self.out.write(json.dumps(call).encode() + b"\0")
        self.out.flush()
        while True:
            got = self.message()
            if got.get("id") == self.number:
                if "error" in got:
                    sys.exit(f"{method}: {got['error']}")
                return got["result"]
            self.told.append(got)

    def wait(self, method):
        while not any(m.get("method") == method for m in self.told):
            self.told.append(self.message())

    def open(self):
        target = self.ask("Target.createTarget", url="about:blank")
        self.session = self.ask("Target.attachToTarget",
                                targetId=target["targetId"],
                                flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(domain + ".enable")

    def value(self, script):
        got = self.ask("Runtime.evaluate", expression=script,
                       returnByValue=True)
        return got["result"].get("value")

    def show(self, url, width, scheme, media=""):
        self.ask("Emulation.setDeviceMetricsOverride", width=width,
                 height=900, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", media=media, features=[
            {"name": "prefers-color-scheme", "value": scheme}])
        self.told = []
        self.ask("Page.navigate", url=url)
        self.wait("Page.loadEventFired")

    def faults(self):
        """What was loaded besides the page, and what it complained of."""
        found = []
        for told in self.told:
            params = told.get("params", {})
            if told.get("method") == "Network.requestWillBeSent" and \
                    params["type"] != "Document":
                found.append("loads " + params["request"]["url"])
            elif told.get("method") == "Log.entryAdded":
                found.append(params["entry"]["text"])
            elif told.get("method") == "Runtime.exceptionThrown":
                found.append("a script")
        return found

    def picture(self, path):
        got = self.ask("Page.captureScreenshot", format="png",
                       captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(got["data"]))


def check(browser, url, width, scheme, media=""):
    browser.show(url, width, scheme, media)
    faults = browser.faults() + browser.value(WIDE) + [
        "contrast " + f for f in browser.value(CONTRAST)]
    if browser.value("getComputedStyle(document.querySelector('main'))"
                     ".display") != "grid":
        faults.append("its style is not let in")
    if faults:
        sys.exit(f"at {width} pixels, {scheme} {media}: " +
                 "; ".join(faults))


def main(page, folder):
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        sys.exit("there is no chromium")
    url = pathlib.Path(page).resolve().as_uri()
    folder = pathlib.Path(folder)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        browser.open()
        for width in WIDTHS:
            for scheme, mark in (("light", ""), ("dark", "-dark")):
                check(browser, url, width, scheme)
                browser.picture(folder / f"page-{width}{mark}.png")
        check(browser, url, 794, "light", "print")
        pdf = browser.ask("Page.printToPDF", printBackground=False,
                          preferCSSPageSize=True)
        (folder / "page.pdf").write_bytes(base64.b64decode(pdf["data"]))
        browser.ask("Browser.close")
        browser.process.wait(timeout=20)
    print(f"right at {', '.join(map(str, WIDTHS))} pixels, light and dark,"
          " and printed")


main(*sys.argv[1:])
