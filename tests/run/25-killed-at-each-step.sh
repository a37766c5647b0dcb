# Killed at any step of issuance and revocation, pkifs loses nothing and does nothing twice.
# (The Boulder issuance cycle: a crash leaves proof of what was to be signed.)
# Core at every step, the signer where a signature can be lost, the herald where
# names appear; main has a story of its own, all of it is `make check-crash`.
set -eu
crash=$(dirname "$0")/../crash/run.sh
sh "$crash" core
for point in signer.begin-synced signer.signed signer.end-written; do
	sh "$crash" signer $point
done
for point in core.published core.replied core.crl-published; do
	sh "$crash" herald $point
done
