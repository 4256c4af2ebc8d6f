#!/usr/bin/env bash
# Python with the package implicit, in the environment that npm run check:python uses. Without Python 3 and its pip, the test is skipped.
set -euo pipefail
cd "$SERVICE"
python=${ATTUNE_PYTHON:-python3}
rm -f skipped.txt
if ! "$python" -c 'import pip' 2> /dev/null; then
  echo "skipped: models go through Python with python3 and python3-pip" | tee skipped.txt
  exit 0
fi
cd "$ROOT"
node --import tsx config/python-models.ts implicit
