#!/usr/bin/env bash
# csv of Python 3.10 to 3.12 (standard library), writer with lineterminator='\n', a text with a lone carriage return
# Guess: what csv.writer writes, csv.reader reads.
# Seen:  fields are quoted for letters of the line terminator alone, so a lone CR in a file of LFs is not, and the reader takes it as the end of a
#        row: a review with one becomes two rows. 3.13 quotes it. attune takes it as a letter, as such a file has LFs.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
cat > run.py <<'PY'
import csv, io, sys
text = io.StringIO(newline='')
csv.writer(text, lineterminator='\n').writerow(['A1', 'good\rvery good', '5'])
rows = list(csv.reader(io.StringIO(text.getvalue(), newline='')))
print(sys.version_info[:2], repr(text.getvalue()), rows)
assert rows == [['A1', 'good'], ['very good', '5']] if sys.version_info < (3, 13) else rows == [['A1', 'good\rvery good', '5']]
PY
python3 run.py
