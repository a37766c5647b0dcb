# The web servers of examples/, unprivileged and on ports of loopback; for what
# has read lib.sh.
#
#	free_port		a port nobody listens on
#	serve_nginx FILES PORT RESPONDER	examples/nginx, in front of the
#	serve_apache FILES PORT RESPONDER	folder FILES; sets $server (pid)
#	get PATH [curl options]		from $web: $status, $dir/body, headers
#	header NAME			of the last get
#	ask CERT [openssl options]	the base64 of a request about it
#	openssl_asks, gnutls_asks, curl_asks	www.example.org on $tls_port, by
#				TLS, with an answer stapled, under $dir/root.pem
#	stapled good|revoked	what was stapled; in $dir/said

free_port() {
	python3 -c 'import socket; s = socket.socket()
s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# A folder of its own for what a server writes, and nobody's rights.
nobodys() {
	mkdir -p "$1"
	[ "$(id -u)" != 0 ] || chown nobody "$1"
}
# In the background: the program takes the place of the subshell.
as_nobody() {
	if [ "$(id -u)" = 0 ]; then
		exec setpriv --reuid nobody --regid nogroup --clear-groups \
		    "$@"
	fi
	exec "$@"
}
listens() {
	curl -s -o "$dir/nothing" "http://127.0.0.1:$1/"
}

# The example as it stands, but for the lines marked in it.
nginx_example() {	# FILES PORT RESPONDER
	sed -e "/# EDIT/s,/srv/pki,$1," \
	    -e "/# EDIT/s,listen 80;,listen 127.0.0.1:$2;," \
	    -e "/# EDIT/s,127.0.0.1:8090,127.0.0.1:$3," \
	    -e "/# EDIT/s,#allow 192.0.2.0/24,allow 127.0.0.2," \
	    "$top/examples/nginx/pkifs.conf"
}
apache_example() {	# FILES PORT RESPONDER
	sed -e "s,^Define pkifs_files .*,Define pkifs_files $1," \
	    -e "s,^Define pkifs_port .*,Define pkifs_port $2," \
	    -e "/^Define pkifs_responder/s,:8090,:$3," \
	    -e "s,#Require ip 192.0.2.0/24,Require ip 127.0.0.2," \
	    "$top/examples/apache/pkifs.conf"
}

# nginx_around FOLDER: what a server needs besides, from standard input.
nginx_around() {
	nobodys "$1"
	{
		echo "worker_processes ${NGINX_WORKERS:-1}; daemon off;"
		echo "pid $1/pid; error_log $1/error.log;"
		echo "events { worker_connections 1024; }"
		echo "http { access_log off;"
		for what in client_body proxy fastcgi uwsgi scgi; do
			echo "${what}_temp_path $1/$what;"
		done
		cat
		echo "}"
	} >"$1/nginx.conf"
}
run_nginx() {	# FOLDER
	as_nobody /usr/sbin/nginx -q -e "$1/error.log" -c "$1/nginx.conf" \
	    >>"$dir/log" 2>&1 &
	server=$!
	children="$children $server"
}
serve_nginx() {
	nginx_example "$@" | nginx_around "$dir/nginx-$2"
	run_nginx "$dir/nginx-$2"
	web=http://127.0.0.1:$2
	within 20 listens "$2"
}

# apache_around FOLDER PORT MODULE...: the same for Apache.
apache_around() {
	run=$1
	nobodys "$run"
	{
		echo "ServerRoot $run"
		echo "ServerName 127.0.0.1"
		echo "PidFile $run/pid"
		echo "ErrorLog $run/error.log"
		echo "DefaultRuntimeDir $run"
		echo "Mutex file:$run"
		echo "Listen 127.0.0.1:$2"
		echo "<Directory />"
		echo "Require all denied"
		echo "AllowOverride None"
		echo "</Directory>"
		shift 2
		for module in mpm_event authn_core authz_core "$@"; do
			echo "LoadModule ${module}_module" \
			    "/usr/lib/apache2/modules/mod_$module.so"
		done
		cat
	} >"$run/apache.conf"
}
run_apache() {	# FOLDER
	as_nobody /usr/sbin/apache2 -X -f "$1/apache.conf" \
	    >>"$dir/log" 2>&1 &
	server=$!
	children="$children $server"
}
serve_apache() {
	{
		echo "TypesConfig /dev/null"
		apache_example "$@"
	} | apache_around "$dir/apache-$2" "$2" authz_host mime alias dir \
	    rewrite proxy proxy_http headers expires
	run_apache "$dir/apache-$2"
	web=http://127.0.0.1:$2
	within 20 listens "$2"
}

get() {
	path=$1
	shift
	status=$(curl -s --path-as-is -D "$dir/headers" -o "$dir/body" \
	    -w '%{http_code}' "$@" "$web$path")
}
header() {
	tr -d '\r' <"$dir/headers" | sed -n "s/^$1: //Ip" | paste -sd, |
	    sed 's/, */, /g'
}
ask() {
	asked=$1
	shift
	openssl ocsp -issuer "$dir/issuing.pem" "$@" -cert "$asked" -no_nonce \
	    -reqout "$dir/req" >/dev/null 2>&1
	base64 -w0 "$dir/req"
}

openssl_asks() {
	openssl s_client -connect "127.0.0.1:$tls_port" -servername \
	    www.example.org -verify_hostname www.example.org -status \
	    -verify_return_error -CAfile "$dir/root.pem" </dev/null 2>&1
}
gnutls_asks() {
	gnutls-cli --x509cafile="$dir/root.pem" --verify-hostname \
	    www.example.org --port "$tls_port" 127.0.0.1 </dev/null 2>&1
}
curl_asks() {
	curl -sS --cert-status --cacert "$dir/root.pem" --resolve \
	    "www.example.org:$tls_port:127.0.0.1" \
	    "https://www.example.org:$tls_port/" 2>&1
}
stapled() {	# good|revoked
	openssl_asks >"$dir/said" && grep -q "Cert Status: $1" "$dir/said"
}
