# Main killed at a step of issuance or revocation leaves no dead mount, and what
# was under way is done after the next mount, or nothing of it exists.
# Where nothing is recorded, where the token has signed and where the
# certificate was read again; all other steps are `make check-crash`.
set -eu
crash=$(dirname "$0")/../crash/run.sh
for point in core.received signer.signed core.reread; do
	sh "$crash" main $point
done
