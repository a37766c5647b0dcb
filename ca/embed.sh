#!/bin/sh
# Writes the C table of ca/embedded.h from the files named, whose paths begin
# with examples/.
set -eu
echo '#include "ca/embedded.h"'
echo 'const struct embedded embedded_files[] = {'
for file in "$@"; do
	printf '{ "%s", { (const unsigned char []){ ' "${file#examples/}"
	od -An -v -tu1 "$file" | sed 's/[0-9][0-9]*/&,/g'
	printf '}, %d } },\n' "$(wc -c < "$file")"
done
echo '};'
echo 'const size_t embedded_count = sizeof(embedded_files) /'
echo '    sizeof(embedded_files[0]);'
