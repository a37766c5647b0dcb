# A request of the kernel's that core never answers; for what has read lib.sh and
# made its stops.
#
#	stays_closed FOLDER	a MKDIR in it has no answer, so the kernel keeps
#				it closed; sets $unanswered (pid)
#	waits_in_the_kernel PID [THREAD]	for such a folder
#	answer_again		from now on; who waits is not answered

stays_closed() {
	stop fault request-stays 1000000
	mkdir "$1/x" 2>"$dir/unanswered" &
	unanswered=$!
	within 10 request_is_kept
}
request_is_kept() { [ "$(stop left request-stays)" -lt 1000000 ]; }
waits_in_the_kernel() {
	grep -qs "(${2:-.*}) D " "/proc/$1"/task/*/stat
}
answer_again() { stop fault request-stays 0; }
