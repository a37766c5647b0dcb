# Bad input has a clear errno, a sentence beside it, an event, and no effect.
. "$(dirname "$0")/lib.sh"
new_ca
box=$ca/requests
new_csr good www.example.org
openssl req -in "$dir/good.csr" -outform DER -out "$dir/good.der"

refused() {	# ERRNO-TEXT FILE: dropped as its own name
	name=$(basename "${2%.*}")
	refuses "$1" cp "$2" "$box/"
	must test ! -e "$box/$name.crt"
	if [ -e "$box/$name.status" ]; then
		says "state: rejected" "$box/$name.status"
	else
		fail "no $name.status"
	fi
}

echo "not a request at all" >"$dir/words.csr"
refused "Bad message" "$dir/words.csr"

head -c 200 "$dir/good.csr" >"$dir/half.csr"
refused "Bad message" "$dir/half.csr"

cat "$dir/good.csr" "$dir/good.csr" >"$dir/two.csr"
refused "Bad message" "$dir/two.csr"

{ cat "$dir/good.der"; echo tail; } >"$dir/trailing.der"
refused "Bad message" "$dir/trailing.der"

# One octet of the signature is another.
cp "$dir/good.der" "$dir/signature.der"
size=$(stat -c %s "$dir/signature.der")
printf '\377' | dd of="$dir/signature.der" bs=1 seek=$((size - 3)) \
    conv=notrunc status=none
refused "Key was rejected" "$dir/signature.der"

openssl req -new -newkey rsa:512 -nodes -keyout "$dir/small.key" \
    -subj /CN=www.example.org -addext subjectAltName=DNS:www.example.org \
    -out "$dir/small.csr" 2>/dev/null
refused "Key was rejected" "$dir/small.csr"

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
refused "Bad message" "$dir/long.der"
refused "Bad message" "$dir/nul.der"
refused "Bad message" "$dir/ip.der"

# A gigabyte stops at the limit, at once; zeros at their first octet.
refuses "File too large" bash -c \
    "yes 'words before a request' | head -c 1G >'$box/huge.csr'"
# Whatever drops it, its .status says so, and it is an event.
refusals() { ls "$ca"/evidence/*/*/*/*/ | grep -c refused; }
more_than() { [ "$(refusals)" -gt "$1" ]; }
too_large() {	# NAME COMMAND...: dropped as NAME.csr
	name=$1
	shift
	before=$(refusals)
	refuses "File too large" "$@"
	must test ! -e "$box/$name.crt"
	says "state: rejected" "$box/$name.status"
	says "larger than 131072 octets" "$box/$name.status"
	within 5 more_than "$before"
	must test ! -s "$box/$name.csr"
}
truncate -s 1G "$dir/sparse.csr"
yes 'words before a request' | head -c 300000 >"$dir/words.large"
too_large large1 dd if=/dev/zero of="$box/large1.csr" bs=1M count=2
too_large large2 dd if="$dir/words.large" of="$box/large2.csr" bs=64K
too_large large3 truncate -s 1G "$box/large3.csr"
too_large large4 cp "$dir/sparse.csr" "$box/large4.csr"
too_large large5 cp "$dir/words.large" "$box/large5.csr"
too_large large6 python3 -c 'import os, sys
os.close(os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY))
os.truncate(sys.argv[1], 1 << 30)' "$box/large6.csr"
# By a name of its own first; and it stays under that.
must cp "$dir/words.large" "$box/.large7"
too_large large7 mv "$box/.large7" "$box/large7.csr"
must cmp "$dir/words.large" "$box/.large7"
must cp "$dir/words.csr" "$box/.words8"
refuses "Bad message" mv "$box/.words8" "$box/words8.csr"
says "state: rejected" "$box/words8.status"
must rm "$box/words8.csr"
must test ! -e "$box/words8.status"
# What was too large gives way: to nothing, to a request, by the same handle.
must rm "$box/large1.csr"
must test ! -e "$box/large1.status"
must cp "$dir/good.csr" "$box/large2.csr"
must verify_certificate "$box/large2.crt"
must python3 - "$dir/good.csr" "$box/large9.csr" <<'E'
import errno, os, sys
fd = os.open(sys.argv[2], os.O_CREAT | os.O_WRONLY)
for act in (lambda: os.ftruncate(fd, 1 << 30), lambda: os.write(fd, b"x")):
    try:
        act()
        sys.exit("taken")
    except OSError as e:
        if e.errno != errno.EFBIG:
            raise
os.ftruncate(fd, 0)
os.write(fd, open(sys.argv[1], "rb").read())
os.close(fd)
E
must verify_certificate "$box/large9.crt"
head -c 65536 /dev/zero >"$dir/zeros.csr"
refuses "Bad message" cp --sparse=never "$dir/zeros.csr" "$box/"
refuses "File too large" truncate -s 1G "$box/huge2.csr"

# A refused overwrite destroys nothing.
must cp "$dir/good.csr" "$box/"
serial=$(serial_of "$box/good.crt")
refuses "Bad message" cp "$dir/words.csr" "$box/good.csr"
refuses "File too large" cp "$dir/words.large" "$box/good.csr"
within 5 grep -q "larger than 131072 octets" "$box/good.status"
must cmp "$dir/good.csr" "$box/good.csr"
[ "$(serial_of "$box/good.crt")" = "$serial" ] || fail "the slot changed"

# A second suffix for a slot in use; names that are ours.
refuses "File exists" cp "$dir/good.der" "$box/good.der"
refuses "" cp "$dir/good.csr" "$box/mine.crt"
refuses "" cp "$dir/good.csr" "$box/mine.status"

# Each refusal is an event.
[ "$(refusals)" -ge 18 ] || fail "only $(refusals) refusals in evidence"
must "$pkifs" verify "$ca/evidence"
