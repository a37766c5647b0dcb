#!/bin/sh
# docs/LAYERS, executed: a file includes only what stands below its own line,
# and a library's header is included only by the modules that own it.
set -eu
cd "$(dirname "$0")/../.."

awk '
function fault(text) { print FILENAME ":" FNR ": " text; bad = 1 }
FILENAME == "docs/LAYERS" {
	sub(/#.*/, "")
	if ($1 == "library") {		# library HEADER-PATTERN: module ...
		header = $2; sub(/:$/, "", header)
		for (i = 3; i <= NF; i++) owner[header, $i] = 1
		headers[header] = 1
	} else
		for (i = 1; i <= NF; i++) level[$i] = FNR
	next
}
FNR == 1 {
	module = FILENAME; sub(/\.[ch]$/, "", module)
	folder = FILENAME; sub(/\/.*/, "", folder)
	if (!(module in level)) fault(module " is not in docs/LAYERS")
}
/^#[ \t]*include[ \t]*"/ {
	split($0, part, "\""); path = part[2]
	if (sub(/^\.\.\//, "", path) == 0) path = folder "/" path
	sub(/\.h$/, "", path)
	if (path == module) next
	if (!(path in level)) fault("includes " path ", which is not in docs/LAYERS")
	else if (level[path] >= level[module])
		fault(module " includes " path ", which is not below it")
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
