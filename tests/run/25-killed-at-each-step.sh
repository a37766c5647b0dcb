# Killed at any step of issuance and revocation, pkifs loses nothing and does nothing twice.
# Core at every step, and the signer where a signature can be lost; the whole
# campaign, with main, is `make check-crash`.
set -eu
crash=$(dirname "$0")/../crash/run.sh
sh "$crash" core
for point in signer.begin-synced signer.signed signer.end-written; do
	sh "$crash" signer $point
done
