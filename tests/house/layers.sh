#!/bin/sh
# docs/LAYERS, executed: a file includes only what stands below its own line,
# and a library's header is included only by the modules that own it.
set -eu
cd "$(dirname "$0")/../.."

# shellcheck disable=SC2046 # words
awk '
function fault(text) { print FILENAME ":" FNR ": " text; bad = 1 }
function exists(file,	line, got) {
	got = getline line < file
	close(file)
	return got >= 0
}
# Where a file stands: by its own name, else by that of its module.
function place(file,	module) {
	module = file; sub(/\.[ch]$/, "", module)
	return file in level ? level[file] : level[module] + 0
}
FILENAME == "docs/LAYERS" {
	sub(/#.*/, "")
	if ($1 == "library") {		# library HEADER-PATTERN: module ...
		header = $2; sub(/:$/, "", header)
		for (i = 3; i <= NF; i++) owner[header, $i] = 1
		headers[header] = 1
	} else if ($1 == "apart") {	# apart FOLDER: path-beginning ...
		from = $2; sub(/:$/, "", from)
		for (i = 3; i <= NF; i++) apart[from, $i] = 1
	} else
		for (i = 1; i <= NF; i++) {
			if ($i in level) fault($i " is named twice")
			level[$i] = FNR
			if (!exists($i) && !exists($i ".c") && !exists($i ".h"))
				fault($i " does not exist")
		}
	next
}
FNR == 1 {
	module = FILENAME; sub(/\.[ch]$/, "", module)
	folder = FILENAME; sub(/\/.*/, "", folder)
	if (!place(FILENAME)) fault(FILENAME " is not in docs/LAYERS")
}
/^#[ \t]*include[ \t]*"/ {
	split($0, part, "\""); path = part[2]
	if (sub(/^\.\.\//, "", path) == 0) path = folder "/" path
	if (path == module ".h") next
	if (!place(path)) fault("includes " path ", which is not in docs/LAYERS")
	else if (place(path) >= place(FILENAME))
		fault(FILENAME " includes " path ", which is not below it")
	for (pair in apart) {
		split(pair, end, SUBSEP)
		if (end[1] == folder && index(path, end[2]) == 1)
			fault(folder "/ includes " path ", which is apart")
	}
	next
}
/^#[ \t]*include[ \t]*</ {
	path = $0; sub(/.*</, "", path); sub(/>.*/, "", path)
	for (header in headers)
		if (index(path, header) == 1 && !((header, module) in owner) &&
		    !((header, folder "/") in owner))
			fault(module " includes <" path ">, which is not its own")
}
END { exit bad }
' docs/LAYERS $(ls ca/*.[ch] hsm/*.[ch] status/*.[ch] fs/*.[ch])
echo "layers: ok"
