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
	[ "$(recorded certificate-revoked "\"serial\": \"$1\"")" = 1 ] ||
	    fail "$1 was not revoked once"
	says "state: revoked" "$ca/revoke/$1"
	openssl crl -in "$ca/status/issuing.crl" -inform DER -noout -text |
	    grep -q "$1" || fail "$1 is not on the CRL"
}

try_batch() {	# point victim
	number=$((number + 1))
	lines=2300
	[ "$1" != core.batch-tried ] || lines=2600
	issue_one b$number-1
	one=$serial
	issue_one b$number-2
	two=$serial
	slot=b$number
	write_batch "$one" "$two" $lines >"$dir/$slot"
	killed "$2" "$1" cp "$dir/$slot" "$ca/revoke/batch/"
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
