# A role that is given counts once the register that says so is evidence, which
# is tried until it can be; one that is taken away is gone at once.
# (REQ-7.4.1-08)
. "$(dirname "$0")/lib.sh"
need_root
new_group rr-rev
new_person rr-anna rr-rev
new_person rr-bo
make_ca --user games
sed -i 's/^revocation = .*/revocation = rr-rev/' "$home/pkifs.conf"
new_stops
mount_ca
for i in 1 2 3 4; do
	new_csr www$i www$i.example.org
	chmod 644 "$dir/www$i.csr"
	must as games cp "$dir/www$i.csr" "$ca/requests/"
done
revoke() {
	as "$1" sh -c "echo superseded >'$ca/revoke/$(
	    serial_of "$ca/requests/www$2.crt")'"
}
changes() { ls "$ca"/evidence/*/*/*/*/*-roles-changed.json | wc -l; }
are() { [ "$(changes)" = "$1" ]; }
told() { [ "$(grep -c "register of roles is $1" "$dir/log")" = "$2" ]; }
count=$(changes)
must revoke rr-anna 1

# Where that cannot be recorded the new one has no role.
must stop fault roles-eio 1000000
usermod -a -G rr-rev rr-bo
within 10 told "not recorded" 1
refuses "Permission denied" revoke rr-bo 2
must revoke rr-anna 2
# Nor has, from then on, who is taken out.
usermod -G "" rr-anna
refused() { ! revoke rr-anna 3 2>/dev/null; }
within 10 refused
refuses "Permission denied" revoke rr-anna 4
refuses "Permission denied" revoke rr-bo 4
must are "$count"
must told "not recorded" 1

# A core that starts then knows no register but the last: nobody has a role.
must "$pkifs" reload "$home"
within 10 told "not recorded" 2
refuses "Permission denied" revoke rr-bo 4

# It can be recorded again: once, and the role counts.
must stop fault roles-eio 0
within 10 told "recorded" 1
within 10 are $((count + 1))
must revoke rr-bo 4
refuses "Permission denied" revoke rr-anna 4
must "$pkifs" verify "$ca/evidence"
