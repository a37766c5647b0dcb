# Nothing that `mount` starts can open the root's token or PIN.
# (NCSSR 1.7 (root zone), OVR-6.5.7-05.)
. "$(dirname "$0")/lib.sh"
new_ca
must test -d "$home/offline"
# ls fails over one that was closed while it looked.
open_files() { ls -l "/proc/$pid/fd" >"$dir/$verb.fds" 2>/dev/null; }
for verb in core signer herald; do
	pid=$(process $verb)
	[ -n "$pid" ] || fail "no $verb"
	# Nothing under offline/ is open or mapped: root alone can see that.
	if [ "$(id -u)" = 0 ]; then
		within 10 open_files
		lacks offline "$dir/$verb.fds" "/proc/$pid/maps"
		says "/libcrypto" "/proc/$pid/maps"
	fi
	[ "$(sed -n 's/^Seccomp:[^0-9]*//p' /proc/$pid/status)" = 2 ] ||
	    fail "$verb has no seccomp filter"
	[ "$(sed -n 's/^NoNewPrivs:[^0-9]*//p' /proc/$pid/status)" = 1 ] ||
	    fail "$verb may gain rights"
	if [ "$(id -u)" = 0 ]; then
		uid=$(awk '/^Uid:/ { print $2 }' /proc/$pid/status)
		case $verb in
		herald) ;;
		*) [ "$uid" != 0 ] || fail "$verb is root" ;;
		esac
	fi
done
# The same confinement, tried: the program's own probe.
refuses "denied" "$pkifs" probe-confinement signer "$home" "$home/offline/pin-root"
refuses "denied" "$pkifs" probe-confinement core "$home" "$home/offline/pin-root"
refuses "denied" "$pkifs" probe-confinement core "$home" "$home/signer/pin-issuing"
refuses "denied" "$pkifs" probe-confinement signer "$home" "$home/store/db"
# Core never loads a PKCS#11 module.  Into the signer's memory nobody looks but
# root.
if [ "$(id -u)" = 0 ]; then
	says "/store/db" "$dir/core.fds"
	lacks softhsm "/proc/$(process core)/maps"
	grep -q softhsm "/proc/$(process signer)/maps" ||
	    fail "the signer has none"
else
	refuses "Permission denied" cat "/proc/$(process signer)/maps"
fi
