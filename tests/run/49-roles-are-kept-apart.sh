# Roles are kept apart: a group says who could, an appointment says who may, and
# who must not have two roles has none (REQ-7.1.3-01, REQ-7.2-15, REQ-7.4.1-10).
. "$(dirname "$0")/lib.sh"
need_root
new_group rk-ra
new_group rk-rev
new_group rk-aud
new_group rk-sec
new_person rk-anna rk-ra
new_person rk-bo rk-ra rk-rev
new_person rk-eve rk-aud
new_person rk-sam rk-sec
make_ca --user games
sed -i 's/^separation = .*/separation = yes/
	s/^ra = .*/ra = rk-ra/
	s/^revocation = .*/revocation = rk-rev/
	s/^operator = .*/operator = user:games/
	s/^security = .*/security = rk-sec/
	s/^auditor = .*/auditor = rk-aud/' "$home/pkifs.conf"
events() { grep -l "$1" "$ca"/evidence/*/*/*/*/*.json; }
newest() { ls "$ca"/evidence/*/*/*/*/*"$1".json | tail -n 1; }
reload() { "$pkifs" reload "$home"; }

# The matrix forbids a start, by name and line.
starts_not() {
	if "$pkifs" mount "$home" "$ca" >"$dir/said" 2>&1; then
		fail "it started: $1"
	fi
	says "$1" "$dir/said"
}
appoint rk-anna "ra, auditor"
starts_not "appointments.conf line 20: [rk-anna] roles: an auditor has no other role (REQ-7.1.3-01, REQ-7.4.1-10)"
sed -i '/^\[/,$d' "$home/appointments.conf"
appoint rk-anna ra
appoint rk-bo "ra, revocation"
appoint rk-bob revocation user=rk-bo
starts_not "[rk-bob] has the same user already in line"
sed -i '/^\[rk-bob\]/,$d' "$home/appointments.conf"
usermod -a -G rk-ra,rk-aud rk-eve
starts_not "[roles] auditor: rk-eve (uid $(id -u rk-eve)) has ra, auditor: an auditor has no other role"
usermod -G rk-aud rk-eve

# What ls -l shows is who may: the auditors' and the officers' folders.
mount_ca
[ "$(stat -c '%a %G' "$ca/evidence")" = "2750 rk-aud" ] || fail "$(stat "$ca/evidence")"
[ "$(stat -c %G "$ca/issued")" = rk-ra ] || fail "$(stat "$ca/issued")"
# Registration data is for registration officers alone (OVR-6.8.4-01, -02).
[ "$(stat -c '%a %G' "$ca/ra/pending")" = "2770 rk-ra" ] || fail "$(stat "$ca/ra/pending")"
must as rk-anna ls "$ca/ra/pending" "$ca/ra/subscribers" >"$dir/listed"
for other in rk-eve rk-sam games; do
	refuses "Permission denied" as $other ls "$ca/ra/subscribers"
done
register=$(newest roles-changed)
says '"REQ-7.4.1-07"' "$register"
digest=$(sed -n 's/.*"register.txt".*"sha256": "\([0-9a-f]*\)".*/\1/p' "$register")
must cp "$ca/evidence/documents/$digest" "$dir/register"
says "uid $(id -u rk-bo) p-" "$dir/register"
says "groups: ra, revocation; appointed: ra, revocation, since" "$dir/register"
says "uid $(id -u rk-eve) p-" "$dir/register"
says "groups: auditor; NO ROLE: not appointed" "$dir/register"
lacks "rk-" "$dir/register"

# The kernel and the act: rk-bo revokes, rk-anna and root do not.
new_csr www www.example.org
new_csr two two.example.org
chmod 644 "$dir"/*.csr
must as games cp "$dir/www.csr" "$dir/two.csr" "$ca/requests/"
first=$(serial_of "$ca/requests/www.crt")
second=$(serial_of "$ca/requests/two.crt")
revoke() { as "$1" sh -c "echo superseded >'$ca/revoke/$2'"; }
refuses "Permission denied" revoke rk-anna "$first"
refuses "Permission denied" sh -c "echo superseded >'$ca/revoke/$first'"
must revoke rk-bo "$first"
revoked=$(newest certificate-revoked)
says "\"uid\": $(id -u rk-bo), \"role\": \"revocation officer\", \"person\": \"p-" "$revoked"

# Training ends, and so does the role; the change is an event with both digests.
bo() { sed -i "/^\[rk-bo\]/,\$s/^$1 = .*/$1 = $2/" "$home/appointments.conf"; }
bo since "$(date -u -d '-300 days' +%F)"
bo training_until "$(date -u -d '-1 days' +%F)"
must reload
refuses "Permission denied" revoke rk-bo "$second"
changed=$(newest appointments-changed)
says '"outcome": "changed"' "$changed"
says '"REQ-7.2-15"' "$changed"
old=$(sed -n 's/.*"old": "\([0-9a-f]*\)".*/\1/p' "$changed")
[ ${#old} = 64 ] || fail "no digest before: $(cat "$changed")"
bo training_until "$(date -u -d '+100 days' +%F)"
bo since "$(date -u -d '+1 days' +%F)"
must reload
refuses "Permission denied" revoke rk-bo "$second"

# A reload that the matrix forbids is refused, and what runs goes on.
bo roles "security, revocation"
refuses "[rk-bo] roles: a security officer is neither" reload
bo roles "ra, revocation"
bo since "$(date -u -d '-2 days' +%F)"
must reload

# Somebody gets into a group that excludes the other while it runs: no role,
# said in the register, until it is put right.
count=$(events '"event": "roles-changed"' | wc -l)
usermod -a -G rk-aud rk-bo
more() { [ "$(events '"event": "roles-changed"' | wc -l)" -gt "$1" ]; }
within 10 more "$count"
refuses "Permission denied" revoke rk-bo "$second"
usermod -G rk-ra,rk-rev rk-bo
within 10 more $((count + 1))
must revoke rk-bo "$second"

# One person is the same in every event, whatever was in force.
who() { sed -n 's/.*"person": "\(p-[0-9a-f]*\)".*/\1/p' "$1"; }
[ "$(who "$revoked")" = "$(who "$(newest certificate-revoked)")" ] ||
    fail "two pseudonyms of one person"
lacks rk- "$ca"/evidence/*/*/*/*/*.json
must "$pkifs" verify "$ca/evidence"
