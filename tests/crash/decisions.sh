# The part of run.sh about decisions: a document, the dossier of a request that
# nobody validated, and the move that approves it, killed at each step.  Each
# is recorded once, and the certificate follows once.

decisions="core.decision-committed core.intent-committed signer.begin-synced
	signer.end-written core.result-committed"

dossier_of() {
	sed -n 's/^dossier: //p' "$ca/requests/$1.status"
}

# count EVENT DOSSIER
count() {
	grep -l "\"dossier\": $2[,}]" "$ca"/evidence/*/*/*/*/*-"$1".json \
	    2>/dev/null | wc -l
}

# killed VICTIM POINT COMMAND...: what the command says may fail with main.
killed() {
	victim=$1 point=$2
	shift 2
	stop arm "$point"
	"$@" 2>"$dir/killed.err" &
	call=$!
	stop wait 10 >/dev/null || fail "$point was never reached"
	[ "$victim" = main ] || within 15 there_is "$victim"
	kill_at "$victim"
	stop release
	rc=0
	wait $call || rc=$?
	back "$victim"
	[ $rc = 0 ] || [ "$victim" = main ] ||
	    fail "$point, killing $victim: $(cat "$dir/killed.err")"
}

write_evidence() {
	echo "whois says so" >"$ca/ra/pending/$id/documents/whois.txt"
}

# While the decision is on disk mv may have been answered with an error (main).
approve() {
	[ -d "$ca/ra/approved/$id" ] ||
	    mv "$ca/ra/pending/$id" "$ca/ra/approved/"
}

try_decision() {	# point victim
	number=$((number + 1))
	slot=d$number
	new_csr $slot $slot.example.net
	killed "$2" core.refusal-or-dossier-committed \
	    cp "$dir/$slot.csr" "$ca/requests/"
	must cp "$dir/$slot.csr" "$ca/requests/"
	id=$(dossier_of $slot)
	must test -d "$ca/ra/pending/$id"
	[ "$(count dossier-opened "$id")" = 1 ] || fail "opened twice: $id"
	killed "$2" core.desk-write-committed write_evidence
	must write_evidence
	[ "$(count document-received "$id")" = 1 ] ||
	    fail "$2: received $(count document-received "$id") times"
	killed "$2" "$1" approve
	within 20 approve
	within 20 test -s "$ca/requests/$slot.crt"
	must verify_certificate "$ca/requests/$slot.crt"
	[ "$(count decision-made "$id")" = 1 ] ||
	    fail "$1, killing $2: decided $(count decision-made "$id") times"
	[ "$(ls "$ca/issued/by-name/$slot.example.net" | wc -l)" = 1 ] ||
	    fail "$1, killing $2: issued twice"
	invariants "$1" "$2"
	echo "ok decision   $1 ($2)"
}
