# Bad input has a clear errno, a sentence beside it, an event, and no effect.
. "$(dirname "$0")/lib.sh"
new_ca
box=$ca/requests
new_csr good www.example.org
openssl req -in "$dir/good.csr" -outform DER -out "$dir/good.der"

due() {	# FILE: that an event tells of its octets once more
	sha256sum "$1" | cut -c1-64 >>"$dir/due"
}
refused() {	# ERRNO-TEXT FILE SENTENCE: dropped as its own name
	name=$(basename "${2%.*}")
	refuses "$1" cp "$2" "$box/"
	must test ! -e "$box/$name.crt"
	must test -e "$box/$name.status"
	[ "$(head -n 1 "$box/$name.status")" = "state: rejected" ] ||
	    fail "$name: $(cat "$box/$name.status")"
	says "$3" "$box/$name.status"
	due "$2"
}

echo "not a request at all" >"$dir/words.csr"
refused "Bad message" "$dir/words.csr" \
    "it is not complete: no BEGIN line"

head -c 200 "$dir/good.csr" >"$dir/half.csr"
refused "Bad message" "$dir/half.csr" \
    "it is not complete: it has no END line"

cat "$dir/good.csr" "$dir/good.csr" >"$dir/two.csr"
refused "Bad message" "$dir/two.csr" \
    "something follows the END line; a file holds one request"

{ cat "$dir/good.der"; echo tail; } >"$dir/trailing.der"
refused "Bad message" "$dir/trailing.der" \
    "5 octets follow the request"

# One octet of the signature is another.
cp "$dir/good.der" "$dir/signature.der"
size=$(stat -c %s "$dir/signature.der")
printf '\377' | dd of="$dir/signature.der" bs=1 seek=$((size - 3)) \
    conv=notrunc status=none
refused "Key was rejected" "$dir/signature.der" \
    "the proof of possession (RFC 2986, 4.2): the signature does not verify"

openssl req -new -newkey rsa:512 -nodes -keyout "$dir/small.key" \
    -subj /CN=www.example.org -addext subjectAltName=DNS:www.example.org \
    -out "$dir/small.csr" 2>/dev/null
refused "Key was rejected" "$dir/small.csr" \
    "RSA of 512 bits: 2048 to 8192 are taken"

# Names: 64 KB, an embedded NUL, an address of three octets.
python3 - "$dir" <<'P'
import subprocess, sys
dir = sys.argv[1]
def length(n):
    if n < 128: return bytes([n])
    b = n.to_bytes((n.bit_length() + 7) // 8, 'big')
    return bytes([0x80 | len(b)]) + b
def tlv(tag, body): return bytes([tag]) + length(len(body)) + body
def request(name, general):
    key = f'{dir}/good.key'
    spki = subprocess.run(['openssl', 'pkey', '-in', key, '-pubout',
        '-outform', 'DER'], capture_output=True, check=True).stdout
    san = tlv(0x30, tlv(0x06, bytes.fromhex('551d11')) +
        tlv(0x04, tlv(0x30, general)))
    attributes = tlv(0xa0, tlv(0x30, tlv(0x06,
        bytes.fromhex('2a864886f70d01090e')) + tlv(0x31, tlv(0x30, san))))
    info = tlv(0x30, b'\x02\x01\x00' + tlv(0x30, b'') + spki + attributes)
    open(f'{dir}/tbs', 'wb').write(info)
    sig = subprocess.run(['openssl', 'dgst', '-sha256', '-sign', key,
        f'{dir}/tbs'], capture_output=True, check=True).stdout
    der = tlv(0x30, info + tlv(0x30, tlv(0x06,
        bytes.fromhex('2a8648ce3d040302'))) + tlv(0x03, b'\x00' + sig))
    open(f'{dir}/{name}.der', 'wb').write(der)
request('long', tlv(0x82, b'a' * 65536))
request('nul', tlv(0x82, b'www.example.org\x00.evil.org'))
request('ip', tlv(0x87, b'\x0a\x00\x01'))
P
refused "Bad message" "$dir/long.der" \
    "a dNSName of subjectAltName has 65536 octets, at most 255"
refused "Bad message" "$dir/nul.der" \
    "a dNSName of subjectAltName holds a NUL octet"
refused "Bad message" "$dir/ip.der" \
    "an iPAddress of subjectAltName has 3 octets, 4 or 16"

# Whoever writes sees it at the write that completes it, and at the close where
# nothing was complete: programs ignore a close.
python3 - "$dir" "$box" <<'P' || fail "an errno came at another call"
import errno, os, sys
dir, box = sys.argv[1:]
for name, at_write, at_close in (
    ('signature.der', 'EKEYREJECTED', 'EKEYREJECTED'),
    ('small.csr', 'EKEYREJECTED', 'EKEYREJECTED'),
    ('two.csr', 'EBADMSG', 'EBADMSG'), ('trailing.der', 'EBADMSG', 'EBADMSG'),
    ('ip.der', 'EBADMSG', 'EBADMSG'), ('words.csr', None, 'EBADMSG'),
    ('half.csr', None, 'EBADMSG')):
    octets = open(f'{dir}/{name}', 'rb').read()
    fd = os.open(f'{box}/w-{name}', os.O_CREAT | os.O_WRONLY)
    got = []
    for call in (lambda: os.write(fd, octets), lambda: os.close(fd)):
        try:
            call()
            got.append(None)
        except OSError as e:
            got.append(errno.errorcode[e.errno])
    assert got == [at_write, at_close], (name, got)
P
for file in signature.der small.csr two.csr trailing.der ip.der words.csr half.csr; do
	due "$dir/$file"
done

# Zeros stop at their first octet.
head -c 65536 /dev/zero >"$dir/zeros.csr"
refuses "Bad message" cp --sparse=never "$dir/zeros.csr" "$box/"
within 20 grep -q "^state: rejected" "$box/zeros.status"
says "it is neither PEM nor DER: it has NUL octets" "$box/zeros.status"
due "$dir/zeros.csr"

# A refused overwrite destroys nothing.
must cp "$dir/good.csr" "$box/"
serial=$(serial_of "$box/good.crt")
echo "nor is this" >"$dir/nor.csr"
refuses "Bad message" cp "$dir/nor.csr" "$box/good.csr"
due "$dir/nor.csr"
must cmp "$dir/good.csr" "$box/good.csr"
[ "$(serial_of "$box/good.crt")" = "$serial" ] || fail "the slot changed"
within 20 grep -q "^state: rejected" "$box/good.status"
says "stays as it was: certificate $serial" "$box/good.status"

# A second suffix for a slot in use; names that are ours.
refuses "File exists" cp "$dir/good.der" "$box/good.der"
refuses "Operation not permitted" cp "$dir/good.csr" "$box/mine.crt"
refuses "Operation not permitted" cp "$dir/good.csr" "$box/mine.status"

# Each of these refusals is one event that names the octets, and there are no
# others.
sort "$dir/due" >"$dir/wanted"
as_due() {
	sed -n 's/^ "input": .*"sha256": "\([0-9a-f]*\)".*/\1/p' \
	    "$ca"/evidence/*/*/*/*/*-refused.json | sort >"$dir/told"
	cmp -s "$dir/told" "$dir/wanted"
}
within 20 as_due
must "$pkifs" verify "$ca/evidence"
