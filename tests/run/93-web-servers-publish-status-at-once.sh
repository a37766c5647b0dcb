# nginx and Apache, as examples/ configures them and with nobody's rights, give
# out CRLs, certificates and OCSP answers from the mount and from publish_dir,
# with the right types and headers; a revocation is out at once.
# (CSS-6.3.10-01, CSS-6.3.10-08, RFC 6960 A.1)
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/web.sh"
for tool in nginx apache2; do
	[ -x "/usr/sbin/$tool" ] || skip "$tool is not installed"
done
new_ca --publish --url "http://127.0.0.1:$(free_port)/pki"
published=$home/published
for name in www gone last; do
	new_csr $name $name.example.org
	must cp "$dir/$name.csr" "$ca/requests/"
	cp "$ca/requests/$name.crt" "$dir/"
done
cp "$ca/ca/issuing.pem" "$ca/ca/root.pem" "$ca/ca/root.der" "$dir/"
must sh -c "echo keyCompromise >'$ca/revoke/$(serial_of "$dir/gone.crt")'"
new_responder --per-client 0 "$home"
responder_port=${url##*:}

answer() {
	openssl ocsp -respin "$dir/body" -noverify -resp_text 2>&1
}
# What comes is an answer that says so, verified as relying parties do.
answered() {	# CERT WORD [-sha256], of the last get
	[ "$status" = 200 ] &&
	    openssl ocsp -respin "$dir/body" -issuer "$dir/issuing.pem" \
		-CAfile "$dir/root.pem" -verify_other "$dir/issuing.pem" \
		-no_nonce ${3:-} -cert "$1" >"$dir/said" 2>&1 &&
	    grep -q "Response verify OK" "$dir/said" &&
	    grep -q ": $2" "$dir/said"
}
gets() {	# PATH STATUS [TYPE]
	get "$1"
	[ "$status" = "$2" ] || fail "$web$1: wanted $2, got $status"
	[ -z "${3:-}" ] || [ "$(header Content-Type)" = "$3" ] ||
	    fail "$web$1: wanted $3, got $(header Content-Type)"
}
same_as() {
	must cmp "$dir/body" "$1"
}
# RFC 9919 7.2, with the time that the example has.
kept_for() {	# SECONDS
	for word in "max-age=$1" public no-transform must-revalidate; do
		case ", $(header Cache-Control)," in
		*", $word,"*) ;;
		*) fail "$path: Cache-Control: $(header Cache-Control)" ;;
		esac
	done
	left=$(($(date -d "$(header Expires)" +%s) - $(date +%s)))
	[ "$left" -le "$1" ] && [ "$left" -ge $(($1 - 20)) ] ||
	    fail "$path: Expires: $(header Expires)"
}

# --- what stands there --------------------------------------------------------
files_are_served() {	# FILES
	gets /pki/status/issuing.crl 200 application/pkix-crl
	same_as "$1/status/issuing.crl"
	kept_for 60
	[ "$(date -d "$(header Last-Modified)" +%s)" = \
	    "$(stat -c %Y "$1/status/issuing.crl")" ] || fail Last-Modified
	get /pki/status/issuing.crl -H "If-None-Match: $(header ETag)"
	[ "$status" = 304 ] || fail "the same CRL again: $status"
	gets /pki/status/root.crl 200 application/pkix-crl
	gets /pki/status/issuing-delta.crl 200 application/pkix-crl
	gets /pki/status/issuing.crl.pem 200 "text/plain; charset=utf-8"
	gets /pki/ca/issuing.pem 200 "text/plain; charset=utf-8"
	gets /pki/ca/cps/current.txt 200 "text/plain; charset=utf-8"
	gets "/pki/ca/certificates/$(serial_of "$dir/www.crt").pem" 200
	# The addresses in the certificates are those of files.
	for cert in "$dir/www.crt" "$dir/issuing.pem"; do
		for uri in $(openssl x509 -in "$cert" -noout \
		    -ext authorityInfoAccess,crlDistributionPoints |
		    sed -n 's/.*URI:http:..[^/]*//p' | grep -v ocsp); do
			case $uri in
			*.crl) gets "$uri" 200 application/pkix-crl ;;
			*) gets "$uri" 200 application/pkix-cert ;;
			esac
		done
	done
	same_as "$dir/root.der"
	staple=/pki/status/ocsp-by-serial/$(serial_of "$dir/www.crt").der
	gets "$staple" 200 application/ocsp-response
	answered "$dir/www.crt" good || fail "staple: $(cat "$dir/said")"
	kept_for 60
}
nothing_else_is() {	# FILES
	for path in / /pki /pki/ /pki/requests/www.crt /pki/pkifs.conf \
	    /pki/README.txt /pki/evidence/ /pki/ca/../requests/www.crt \
	    /pki/ca/%2e%2e/requests/www.crt "/pki/ca/..%2frequests/www.crt" \
	    /pki/status/../../home/pkifs.conf /pki/status/none.crl; do
		get "$path"
		case $status in
		400|403|404) ;;
		*) fail "$web$path is $status" ;;
		esac
	done
	# A folder is no list, and no file.
	for path in /pki/status/ /pki/ca/ /pki/ca/certificates \
	    /pki/status/ocsp-by-serial/ /pki/status/.pkifs-aside; do
		get "$path"
		case $status in
		301|403|404) ;;
		*) fail "$web$path is $status" ;;
		esac
	done
	for name in metrics.prom health.txt index.html; do
		for path in "/pki/status/$name" "/pki/status//$name" \
		    "/pki/status/$(echo "$name" | sed 's/t/%74/')"; do
			get "$path"
			case $status in
			403|404) ;;
			*) fail "$web$path is $status" ;;
			esac
			get "$path" --interface 127.0.0.3
			[ "$status" != 200 ] || fail "$path for everybody"
		done
		get "/pki/status/$name" --interface 127.0.0.2
		[ "$status" = 200 ] || fail "$name inside: $status"
	done
}

# --- OCSP by GET and POST -----------------------------------------------------
ocsp_is_answered() {	# FILES
	for pair in www:good gone:revoked; do
		cert=$dir/${pair%:*}.crt
		text=$(ask "$cert")
		escaped=$(echo "$text" | sed 's,+,%2B,g; s,/,%2f,g; s,=,%3D,g')
		for path in "$text" "$escaped" "${text%%=*}" "/$text"; do
			get "/pki/status/ocsp/$path"
			answered "$cert" "${pair#*:}" ||
			    fail "$path: $status $(cat "$dir/said")"
			[ "$(header Content-Type)" = \
			    application/ocsp-response ] || fail "OCSP's type"
		done
		same_as "$1/status/ocsp-by-serial/$(serial_of "$cert").der"
		get "/pki/status/ocsp/$text"
		kept_for 60
		# SHA-256, which only the mount has as a file.
		get "/pki/status/ocsp/$(ask "$cert" -sha256)"
		answered "$cert" "${pair#*:}" -sha256 ||
		    fail "SHA-256: $status $(cat "$dir/said")"
		for path in /pki/status/ocsp /pki/status/ocsp/; do
			openssl ocsp -issuer "$dir/issuing.pem" -cert "$cert" \
			    -CAfile "$dir/root.pem" -verify_other \
			    "$dir/issuing.pem" -nonce -url "$web$path" \
			    >"$dir/said" 2>&1 || fail "$(cat "$dir/said")"
			says "Response verify OK" "$dir/said"
			says ": ${pair#*:}" "$dir/said"
			! grep -q "no nonce" "$dir/said" || fail "no nonce"
		done
	done
	openssl ocsp -issuer "$dir/issuing.pem" -no_nonce -reqout "$dir/req" \
	    -serial 0x01000000000000000000000000000000AA >/dev/null 2>&1
	get "/pki/status/ocsp/$(base64 -w0 "$dir/req")"
	answer | grep -q unauthorized || fail "never issued: $status"
	get "/pki/status/ocsp/$(head -c 4000 /dev/zero | tr '\0' A)"
	[ "$status" != 000 ] || fail "a path of 4 KB"
	get /pki/status/ocsp -H "Content-Type: application/ocsp-request" \
	    --data-binary "@$dir/root.der"
	answer | grep -q malformedrequest || fail "a malformed one: $status"
	head -c 5000 /dev/zero >"$dir/large"
	get /pki/status/ocsp -H "Content-Type: application/ocsp-request" \
	    --data-binary "@$dir/large"
	[ "$status" = 413 ] || fail "a large one: $status"
	get /pki/status/ocsp -X DELETE
	[ "$status" = 405 ] || fail "DELETE: $status"
}
# Slashes at the end of base64, two in a row, and escaped ones.
slashes_are_no_harm() {
	seen=
	for serial in 01FFFFFFFFFFFFFFFFFFFFFFFFAAAAAAFF \
	    01AAFFFFAAAAAAAAAAAAAAAAAAAAAAAAAA 01FFFFFFFFFFFFFFFFFFFFFFFFFFFFAAAA; do
		openssl ocsp -issuer "$dir/issuing.pem" -no_nonce -reqout \
		    "$dir/req" -serial "0x$serial" >/dev/null 2>&1
		text=$(base64 -w0 "$dir/req")
		seen="$seen $text "
		for path in "$text" "$(echo "$text" | sed 's,/,%2F,g')"; do
			get "/pki/status/ocsp/$path"
			answer | grep -q unauthorized ||
			    fail "$web/pki/status/ocsp/$path: $status"
		done
	done
	case $seen in
	*"/ "*//*|*//*"/ "*) ;;
	*) fail "no slash at the end, or no two in a row:$seen" ;;
	esac
}

for kind in nginx apache; do
	for files in "$ca" "$published"; do
		serve_$kind "$files" "$(free_port)" "$responder_port"
		get "/pki/status/ocsp/$(ask "$dir/www.crt")"
		files_are_served "$files"
		nothing_else_is "$files"
		ocsp_is_answered "$files"
		slashes_are_no_harm
		servers="${servers:-} $web"
	done
done

# --- a revocation is out when the write returns -------------------------------
text=$(ask "$dir/last.crt")
serial=$(serial_of "$dir/last.crt")
is_good() {
	get "/pki/status/ocsp/$text" && answered "$dir/last.crt" good
}
for web in $servers; do
	within 10 is_good	# until it is signed
	gets /pki/status/issuing.crl 200
done
must sh -c "echo keyCompromise >'$ca/revoke/$serial'"
is_out() {
	get "/pki/status/ocsp/$text" && answered "$dir/last.crt" revoked &&
	    get /pki/status/issuing.crl &&
	    openssl crl -inform DER -in "$dir/body" -noout -text |
	    grep -q "$serial"
}
for web in $servers; do
	within 3 is_out		# nginx looks again after a second
done

# --- without the CA, publish_dir is served as before --------------------------
must "$pkifs" umount "$ca"
count=0
for web in $servers; do
	count=$((count + 1))
	[ $((count % 2)) = 0 ] || continue	# that of the mount
	gets /pki/status/issuing.crl 200 application/pkix-crl
	same_as "$published/status/issuing.crl"
	for pair in www:good gone:revoked last:revoked; do
		get "/pki/status/ocsp/$(ask "$dir/${pair%:*}.crt")"
		answered "$dir/${pair%:*}.crt" "${pair#*:}" ||
		    fail "$web without a CA: $(cat "$dir/said")"
	done
done
