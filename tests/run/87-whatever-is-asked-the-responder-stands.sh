# Ten thousand broken OCSP requests over HTTP, and as many as file names, each
# get the answer the RFC has for them, and clients that are slow, silent or ten
# thousand at once keep nobody from theirs.
. "$(dirname "$0")/lib.sh"
count=${PKIFS_BAD_REQUESTS:-10000}
new_ca
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
cp "$ca/requests/www.crt" "$ca/ca/issuing.pem" "$dir"
openssl ocsp -issuer "$dir/issuing.pem" -cert "$dir/www.crt" \
    -reqout "$dir/req" >/dev/null 2>&1
new_responder --nonces 10000 --questions 10000 --per-client 0 --patience 4 \
    "$home"
core=$(process core)
before=$(awk '{ print $22 }' "/proc/$responder/stat")

cat >"$dir/bad.py" <<'PY'
import base64, http.client, os, random, re, resource, socket, sys, time
host, port = sys.argv[1].split("//")[1].split(":")
port, dir, ca, count = int(port), sys.argv[2], sys.argv[3], int(sys.argv[4])
random.seed(count)
good = open(dir + "/req", "rb").read()

def status(der):
    """What is in an OCSPResponse: its status, and whether it holds octets."""
    assert der[:1] == b"\x30", der[:8]
    at = 2 if der[1] < 0x80 else 2 + (der[1] & 0x7f)
    assert der[at:at + 2] == b"\x0a\x01", der[:8]
    assert (der[at + 2] == 0) == (len(der) > 5), der[:8]
    return der[at + 2]

SUCCESSFUL, MALFORMED, TRY_LATER, UNAUTHORIZED = 0, 1, 3, 6
oid = good.index(bytes.fromhex("06052b0e03021a"))
name = good.index(b"\x04\x14", oid)
key = name + 22
serial = key + 22
nonce = good.index(bytes.fromhex("2b0601050507300102")) + 9 + 4

def put(at, octets, of=good):
    return of[:at] + octets + of[at + len(octets):]

def wrong(at):
    return put(at, bytes([good[at] ^ random.randrange(1, 256)]))

def cut():
    return good[:random.randrange(len(good))]

def noise():
    return random.randbytes(random.randrange(1, 300))

def mutated():
    octets = bytearray(good)
    for i in range(random.randrange(1, 6)):
        octets[random.randrange(len(octets))] = random.randrange(256)
    return bytes(octets)

# How, and what the RFC has for it.
kinds = [
    (lambda: good, {SUCCESSFUL, TRY_LATER}),
    (lambda: wrong(nonce + random.randrange(4)), {SUCCESSFUL, TRY_LATER}),
    (lambda: wrong(name + 2 + random.randrange(20)), {UNAUTHORIZED}),
    (lambda: wrong(key + 2 + random.randrange(20)), {UNAUTHORIZED}),
    (lambda: wrong(serial + 6 + random.randrange(10)),
        {UNAUTHORIZED, TRY_LATER}),
    (lambda: put(oid + 6, b"\x1b"), {UNAUTHORIZED}),
    (lambda: wrong(0), {MALFORMED}),
    (lambda: wrong(1), {MALFORMED}),
    (lambda: wrong(name), {MALFORMED}),
    (lambda: wrong(key + 1), {MALFORMED}),
    (cut, {MALFORMED}),
    (lambda: good + noise(), {MALFORMED}),
    (noise, {MALFORMED}),
    (mutated, {SUCCESSFUL, MALFORMED, TRY_LATER, UNAUTHORIZED}),
]

def is_about(der, request):
    return (request[name:serial + 19] in der)

def over_http():
    seen = {}
    c = http.client.HTTPConnection(host, port)
    headers = {"Content-Type": "application/ocsp-request"}
    for i in range(count):
        make, wanted = kinds[i % len(kinds)]
        request = make()
        if i % 3 == 0 and request:
            path = base64.b64encode(request).decode()
            if i % 2:
                path = path.replace("+", "%2B").replace("/", "%2f")
            c.request("GET", "/status/ocsp/" + path)
        else:
            c.request("POST", "/", request, headers)
        r = c.getresponse()
        body = r.read()
        assert r.status == 200, (r.status, request.hex())
        assert r.headers["Content-Type"] == "application/ocsp-response"
        got = status(body)
        assert got in wanted, (got, wanted, i % len(kinds), request.hex())
        assert got != SUCCESSFUL or is_about(body, request), request.hex()
        seen[got] = seen.get(got, 0) + 1
    assert seen[SUCCESSFUL] > count // 50 and seen[UNAUTHORIZED] > count // 10
    print("over HTTP:", seen)

def as_names():
    seen = {"none": 0, "folder": 0, "file": 0}
    for i in range(count):
        path = base64.b64encode(kinds[i % len(kinds)][0]()).decode()
        try:
            name = ca + "/status/ocsp/" + path.rstrip("/")
            if os.path.isdir(name):
                seen["folder"] += 1
                continue
            with open(name, "rb") as f:
                assert status(f.read()) in (0, 1, 3, 6)
            seen["file"] += 1
        except OSError as e:
            assert e.errno in (2, 20, 36), e	# no such thing, never a hang
            seen["none"] += 1
    assert seen["file"] > 0 and seen["none"] > 0
    print("as names:", seen)

def raw(octets, source="127.0.0.1", seconds=20):
    s = socket.create_connection((host, port), seconds, (source, 0))
    s.sendall(octets)
    return s

def first_line(octets):
    s = raw(octets)
    try:
        return s.recv(4096).split(b"\r\n")[0]
    except ConnectionError:
        return b""

def paths():
    for path, wanted in (
        ("/" + "A" * 4096, b"404"), ("/ocsp/" + "A" * 4096, b"200"),
        ("/status/" + "../" * 1300 + "x.crl", b"404"),
        ("/status/..%2f..%2f..%2fetc%2fpasswd", b"404"),
        ("/status/..%2fissuing.crl", b"404"),
        ("/" + "%2e%2e%2f" * 400 + "x.pem", b"404"),
        ("/ocsp/" + "M" * 6000, b"200")):
        line = first_line(b"GET " + path.encode() +
            b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert wanted in line, (path[:40], line)
    for junk in (b"\r\n\r\n\r\n", b"\0" * 5000, random.randbytes(9000),
        b"GET /" + b"A" * 200000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n", b"POST / HTTP/1.1\r\nHost: x\r\n"
        b"Content-Type: application/ocsp-request\r\n"
        b"Content-Length: -1\r\n\r\n", b"POST / HTTP/1.1\r\nHost: x\r\n"
        b"Content-Type: application/ocsp-request\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"):
        try:
            line = first_line(junk)
        except ConnectionError:	# closed while it was being written
            continue
        assert b" 200 " not in line, (junk[:40], line)

def answered(source):
    s = raw(b"GET /status/issuing.crl HTTP/1.0\r\n\r\n", source, 60)
    return s.recv(100).startswith(b"HTTP/1.") 

def slow():
    """An octet at a time is not enough to stay."""
    s = raw(b"GET / HTTP/1.1\r\nX: ")
    start = time.monotonic()
    try:
        while time.monotonic() - start < 60:
            s.settimeout(0.2)
            try:
                if s.recv(1) == b"":
                    break
            except TimeoutError:
                pass
            s.sendall(b"x")
    except ConnectionError:
        pass
    took = time.monotonic() - start
    assert took < 40, took

def crowd():
    """Silent ones and ones in the middle of a word, all at once."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (20000, max(hard, 20000)))
    except (OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    most = min(10000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 100)
    parts = (b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/"
        b"ocsp-request\r\nContent-Length: 100\r\n\r\n0")
    all = [raw(parts[i % len(parts)], "127.0.0.%d" % (2 + i % 8), 60)
        for i in range(most)]
    assert answered("127.0.0.100")
    start = time.monotonic()
    for s in all:		# each is put out; some are told so (408)
        try:
            s.settimeout(60)
            while s.recv(1000):
                pass
        except ConnectionError:
            pass
        s.close()
    print(most, "at once, gone after %.1f s" % (time.monotonic() - start))
    assert answered("127.0.0.100")

{ "http": over_http, "names": as_names, "paths": paths, "slow": slow,
  "crowd": crowd }[sys.argv[5]]()
PY
for what in http names paths slow crowd; do
	must python3 "$dir/bad.py" "$url" "$dir" "$ca" "$count" $what \
	    >"$dir/said"
	cat "$dir/said" >>"$dir/log"
done

# Neither was started anew, and both still answer.
[ "$(awk '{ print $22 }' "/proc/$responder/stat")" = "$before" ] ||
    fail "the responder died"
[ "$(process core)" = "$core" ] || fail "core died"
must openssl ocsp -issuer "$dir/issuing.pem" -cert "$dir/www.crt" \
    -no_nonce -CAfile "$ca/ca/root.pem" -url "$url" >"$dir/said" 2>&1
says "good" "$dir/said"
kill "$responder"
wait "$responder" || fail "the responder did not end in good order"

# One address has so many places and no more; others have theirs.
new_responder --per-client 8 "$home"
must python3 - "$url" <<'PY'
import socket, sys
host, port = sys.argv[1].split("//")[1].split(":")
def connect(source):
    s = socket.create_connection((host, int(port)), 20, (source, 0))
    s.sendall(b"GET /status/issuing.crl HTTP/1.1\r\nHost: x\r\n\r\n")
    try:
        return s, s.recv(10)
    except ConnectionError:
        return s, b""
held = [connect("127.0.0.9") for i in range(20)]
assert sum(got != b"" for s, got in held) == 8, held
assert connect("127.0.0.10")[1], "another address has no place"
PY
