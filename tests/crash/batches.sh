# A batch of revocations, done alone or tried and approved: whoever is killed,
# each line is done once.
batches="core.batch-part-committed core.batch-committed core.batch-tried"

# FIRST is done first, then 2100 times refused, which is more than one
# transaction takes, then LAST, then those that name no certificate.  Some have
# more lines than one may decide on alone.
write_batch() {	# FIRST LAST LINES
	echo "$1 superseded"
	i=0
	while [ $i -lt "$3" ]; do
		[ $i -ge 2100 ] || echo "$1 superseded"
		[ $i -lt 2100 ] || printf '%04X superseded\n' $i
		i=$((i + 1))
	done
	echo "$2 superseded"
}

done_once() {	# SERIAL
	[ "$(grep -l "\"serial\": \"$1\"" \
	    "$ca"/evidence/*/*/*/*/*-certificate-revoked.json | wc -l)" = 1 ] ||
	    fail "$1 was not revoked once"
	says "state: revoked" "$ca/revoke/$1"
	openssl crl -in "$ca/status/issuing.crl" -inform DER -noout -text |
	    grep -q "$1" || fail "$1 is not on the CRL"
}

try_batch() {	# point victim
	number=$((number + 1))
	slot=b$number
	lines=2300
	[ "$1" != core.batch-tried ] || lines=2600
	for i in 1 2; do
		new_csr $slot$i $slot$i.example.org
		must cp "$dir/$slot$i.csr" "$ca/requests/"
	done
	one=$(serial_of "$ca/requests/${slot}1.crt")
	two=$(serial_of "$ca/requests/${slot}2.crt")
	write_batch "$one" "$two" $lines >"$dir/$slot"
	stop arm "$1"
	cp "$dir/$slot" "$ca/revoke/batch/" 2>"$dir/cp.err" &
	copy=$!
	stop wait 10 >/dev/null || fail "$1 was never reached"
	kill_at "$2"
	stop release
	rc=0
	wait $copy || rc=$?
	back "$2"
	[ $rc = 0 ] || [ "$2" = main ] ||
	    fail "$1, killing $2: cp saw $(cat "$dir/cp.err")"
	# Taken before it was killed, or not at all: the same is the same.
	must cp "$dir/$slot" "$ca/revoke/batch/"
	result=$ca/revoke/batch/$slot.result
	if [ "$1" = core.batch-tried ]; then
		within 60 grep -q '^state: waits' "$result"
		id=$(sed -n 's,^dossier: ra/pending/,,p' "$result")
		must mv "$ca/ra/pending/$id" "$ca/ra/approved/"
	fi
	within 60 grep -q '^state: done' "$result"
	says "done: 2" "$result"
	says "refused: $lines" "$result"
	sed '1,/^$/d' "$result" | cut -d: -f1 >"$dir/verdicts"
	cut -d' ' -f1 "$dir/$slot" | cmp -s - "$dir/verdicts" ||
	    fail "$1, killing $2: not one verdict a line"
	within 20 grep -q '^publication: CRL' "$ca/revoke/$two"
	done_once "$one"
	done_once "$two"
	invariants "$1" "$2"
	echo "ok batch      $1 ($2)"
}
