#!/bin/sh
# Every requirement that the sources cite is one of docs/requirements.tsv.
set -eu
cd "$(dirname "$0")/../.."
known=$(mktemp)
cited=$(mktemp)
trap 'rm -f "$known" "$cited"' EXIT
pattern='(OVR|REG|GEN|REV|CSS|DIS|SDP|REQ)-[0-9]+(\.[0-9]+)*-[0-9]+[A-Z]*'

# A row may hold several: "REG-6.2.2-06, -07" and "OVR-5.2-08, -08A".
awk -F'\t' -v pattern='^[A-Z]+-[0-9.]+-' '
{
	n = split($3, word, /[ ,\/]+/)
	prefix = ""
	for (i = 1; i <= n; i++) {
		if (match(word[i], pattern)) {
			prefix = substr(word[i], 1, RLENGTH)
			print word[i]
		} else if (word[i] ~ /^[0-9]+\.[0-9.]+-[0-9]+$/ && prefix != "")
			print substr(prefix, 1, index(prefix, "-")) word[i]
		else if (word[i] ~ /^-[0-9]/ && prefix != "")
			print substr(prefix, 1, length(prefix) - 1) word[i]
		if (word[i] ~ /\.\./) {		# REG-x-01..-05: all between
			split(word[i], ends, /\.\.-?/)
			from = ends[1]; sub(/.*-/, "", from)
			for (k = from + 0; k <= ends[2] + 0; k++)
				printf "%s%02d\n", prefix, k
		}
	}
}' docs/requirements.tsv | sort -u >"$known"

grep -rnoE "$pattern" ca hsm status fs examples docs/FORMAT.* 2>/dev/null |
    sort -u >"$cited" || true
bad=0
while IFS=: read -r file line identifier; do
	grep -qxF -- "$identifier" "$known" || {
		echo "$file:$line: $identifier is not in docs/requirements.tsv"
		bad=1
	}
done <"$cited"
[ $bad = 0 ] || exit 1
echo "requirements: $(cut -d: -f3 "$cited" | sort -u | wc -l) cited, all known"
