# What a file server keeps of a file (a handle of the kernel's) opens the same
# file after core was killed and after the CA was mounted anew.
. "$(dirname "$0")/lib.sh"
need_root
new_ca
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")
must sh -c "echo superseded >'$ca/revoke/$serial'"
event=$(ls "$ca"/evidence/*/*/*/*/*-certificate-issued.json | tail -n 1)
document=$(ls "$ca"/evidence/documents/* | head -n 1)
cat >"$dir/handles.py" <<'P'
# handles.py take|open MOUNT DIR: of each file named on standard input, its
# handle to DIR/N.handle, or what the handle opens to DIR/N.read.
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
what, mount, folder = sys.argv[1:]

class Handle(ctypes.Structure):
    _fields_ = [('bytes', ctypes.c_uint), ('type', ctypes.c_int),
                ('octets', ctypes.c_ubyte * 128)]

def call(function, *arguments):
    result = function(*arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

for number, path in enumerate(sys.stdin.read().splitlines()):
    kept = f'{folder}/{number}.handle'
    handle = Handle(bytes=128)
    if what == 'take':
        call(libc.name_to_handle_at, -100, path.encode(),
             ctypes.byref(handle), ctypes.byref(ctypes.c_int()), 0)
        open(kept, 'wb').write(bytes(handle))
        continue
    ctypes.memmove(ctypes.byref(handle), open(kept, 'rb').read(),
                   ctypes.sizeof(handle))
    at = os.open(mount, os.O_RDONLY)
    try:
        fd = call(libc.open_by_handle_at, at, ctypes.byref(handle), os.O_RDONLY)
    except OSError as e:
        sys.exit(f'{path}: {e}')
    assert os.fstat(fd).st_ino == os.stat(path).st_ino, path
    with os.fdopen(fd, 'rb') as file:
        open(f'{folder}/{number}.read', 'wb').write(file.read())
    os.close(at)
P
cat >"$dir/files" <<P
$ca/README.txt
$ca/ca/root.pem
$ca/ca/cps/1.txt
$ca/requests/www.csr
$ca/requests/www.crt
$ca/requests/www.status
$ca/issued/by-serial/$serial/cert.pem
$ca/revoke/$serial
$ca/status/root.crl
$event
$document
P
handles() { python3 "$dir/handles.py" "$1" "$ca" "$dir" <"$dir/files"; }
number=0
while read -r file; do
	must cp "$file" "$dir/$number.before"
	number=$((number + 1))
done <"$dir/files"
same() {
	rm -f "$dir"/*.read
	must handles open
	number=0
	while read -r file; do
		cmp "$dir/$number.before" "$dir/$number.read" || fail "$file"
		number=$((number + 1))
	done <"$dir/files"
	[ $number = 11 ] || fail "$number files"
}
must handles take
same
must "$pkifs" umount "$ca"
mount_ca
same
core=$(process core)
kill -9 "$core"
another() { now=$(process core); [ -n "$now" ] && [ "$now" != "$core" ]; }
within 20 another
within 20 test -s "$ca/README.txt"
same
