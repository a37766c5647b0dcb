"""Serial numbers of the certificates bFIRST.crt and so many behind it, a line
each.  serials.py BOX FIRST COUNT"""
import base64
import sys


def serial(path):
    with open(path) as f:
        pem = f.read()
    body = pem.split("-----BEGIN CERTIFICATE-----")[1]
    der = base64.b64decode(body.split("-----END")[0])

    def inside(at):
        size = der[at + 1]
        return at + 2 + (size & 0x7f if size & 0x80 else 0)

    at = inside(inside(0))      # Certificate, TBSCertificate
    if der[at] == 0xa0:         # version
        at += 2 + der[at + 1]
    size = der[at + 1]
    return der[at + 2:at + 2 + size].hex().upper()


box, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for number in range(first, first + count):
    print(serial("%s/b%d.crt" % (box, number)))
