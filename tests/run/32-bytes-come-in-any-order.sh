# However a program writes its bytes, and whether it closes, the whole request counts.
. "$(dirname "$0")/lib.sh"
new_ca
for name in octets exits dup excl room sparse back rdwr send; do
	new_csr $name $name.example.org
done
python3 - "$dir" "$ca/requests" <<'P' || fail "python says so"
import os, sys
source, box = sys.argv[1:]

def request(name):
    return open(f'{source}/{name}.csr', 'rb').read()
def create(name, flags=0):
    return os.open(f'{box}/{name}.csr', os.O_CREAT | os.O_RDWR | flags)
def there(name):
    assert os.path.getsize(f'{box}/{name}.crt') > 0, name
    assert open(f'{box}/{name}.csr', 'rb').read() == request(name), name
def refused(number, act):
    try:
        act()
    except OSError as e:
        assert e.errno == number, e
        return
    raise AssertionError('not refused')

# One octet at a time.
fd = create('octets')
for octet in request('octets'):
    os.write(fd, bytes([octet]))
os.close(fd)
there('octets')

# A program that never closes.
if os.fork() == 0:
    os.write(create('exits'), request('exits'))
    os._exit(0)
os.wait()
there('exits')

# An early close of a copy of the descriptor decides nothing.
fd = create('dup')
os.close(os.dup(fd))
os.write(fd, request('dup'))
assert not os.path.exists(f'{box}/dup.crt')
os.fsync(fd)
os.close(fd)
there('dup')

# Only when it is not there; and there it stays.
fd = create('excl', os.O_EXCL)
os.write(fd, request('excl'))
os.close(fd)
there('excl')
refused(17, lambda: create('excl', os.O_EXCL))
there('excl')

# Room is made before, in two ways, and filled then.
fd = create('room')
os.posix_fallocate(fd, 0, len(request('room')))
os.write(fd, request('room'))
os.close(fd)
there('room')
fd = create('sparse')
os.ftruncate(fd, len(request('sparse')))
os.pwrite(fd, request('sparse'), 0)
os.close(fd)
there('sparse')

# From the end to the beginning, and read back on the way.
fd = create('back')
whole = request('back')
for at in range(len(whole) - len(whole) % 100, -1, -100):
    os.pwrite(fd, whole[at:at + 100], at)
assert os.pread(fd, 20, 10) == whole[10:30]
os.close(fd)
there('back')

# Others read what is registered while somebody writes.
fd = create('rdwr')
os.write(fd, request('rdwr'))
os.close(fd)
fd = create('rdwr', os.O_TRUNC)
os.write(fd, request('rdwr')[:50])
there('rdwr')
refused(74, lambda: os.close(fd))
there('rdwr')

# From file to file inside the kernel.
fd = create('send')
source_fd = os.open(f'{source}/send.csr', os.O_RDONLY)
os.sendfile(fd, source_fd, 0, 1 << 20)
os.close(fd)
there('send')

# Appended: white space is fine (and other bytes, so a renewal); words are not.
fd = os.open(f'{box}/send.csr', os.O_WRONLY | os.O_APPEND)
os.write(fd, b'\n')
os.close(fd)
assert open(f'{box}/send.csr', 'rb').read() == request('send') + b'\n'
assert 'path: renewal' in open(f'{box}/send.status').read()
fd = os.open(f'{box}/send.csr', os.O_WRONLY | os.O_APPEND)
refused(74, lambda: os.write(fd, b'words'))
refused(74, lambda: os.close(fd))
assert open(f'{box}/send.csr', 'rb').read() == request('send') + b'\n'

# Nothing that is there can be cut off.
refused(1, lambda: os.truncate(f'{box}/excl.csr', 0))
there('excl')
P
for name in octets exits dup excl room sparse back rdwr send; do
	must verify_certificate "$ca/requests/$name.crt"
done

# Half, and the rest later, from two programs.
new_csr half half.example.org
refuses "Bad message" sh -c "head -c 100 '$dir/half.csr' | cat >'$ca/requests/half.csr'"
must test -s "$ca/requests/half.status"
must sh -c "tail -c +101 '$dir/half.csr' | cat >>'$ca/requests/half.csr'"
must verify_certificate "$ca/requests/half.crt"
must cmp "$dir/half.csr" "$ca/requests/half.csr"

# dd in small blocks, with a sync of each, and without truncating.
new_csr dd dd.example.org
must dd if="$dir/dd.csr" of="$ca/requests/dd.csr" bs=7 oflag=dsync status=none
must verify_certificate "$ca/requests/dd.crt"
must dd if="$dir/dd.csr" of="$ca/requests/dd.csr" bs=64 conv=notrunc status=none
must verify_certificate "$ca/requests/dd.crt"
must "$pkifs" verify "$ca/evidence"
