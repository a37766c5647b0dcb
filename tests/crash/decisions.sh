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
	recorded "$1" "\"dossier\": $2[,}]"
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
	issued_once $slot "$1" "$2" net
	[ "$(count decision-made "$id")" = 1 ] ||
	    fail "$1, killing $2: decided $(count decision-made "$id") times"
	invariants "$1" "$2"
	echo "ok decision   $1 ($2)"
}
