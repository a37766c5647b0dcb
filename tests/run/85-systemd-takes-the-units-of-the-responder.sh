# The units of examples/systemd are what systemd takes for units, and start
# this program with options that it has.
. "$(dirname "$0")/lib.sh"
command -v systemd-analyze >/dev/null || skip "systemd-analyze is not here"
mkdir "$dir/units"
for unit in "$top"/examples/systemd/*.service; do
	name=$(basename "$unit")
	sed "s,/usr/local/bin/pkifs,$pkifs," "$unit" >"$dir/units/$name"
	systemd-analyze verify --man=no "$dir/units/$name" >"$dir/said" 2>&1 ||
	    fail "$name: $(cat "$dir/said")"
	[ ! -s "$dir/said" ] || fail "$name: $(cat "$dir/said")"
	# A folder that is none is the first thing it has to say.
	set -f
	command=$(sed -n "s,^ExecStart=$pkifs ,,p" "$dir/units/$name" |
	    sed "s,/srv/[a-z]*,$dir/none,; s,[^ ]*:[0-9][0-9]*,127.0.0.1:0,")
	refuses "$dir/none" "$pkifs" $command
	set +f
done
