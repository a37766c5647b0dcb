#!/bin/sh
# `make check-clients`: what relying parties run takes each good answer and
# refuses a revoked certificate, by the addresses that stand in certificates:
# from `pkifs respond` alone, from nginx in front of the mount, and from nginx
# in front of publish_dir.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
failed=0
for server in responder mount published; do
	if sh "$top/tests/clients/clients.sh" $server; then
		echo "ok       clients of the $server"
	else
		echo "FAILED   clients of the $server"
		failed=1
	fi
done
exit $failed
