#!/usr/bin/env bash
# Makes a virtual environment with packages from PyPI: python-environment.sh FOLDER PACKAGE... Uses uv, itself from PyPI and put into .services/uv
# once: it takes a tenth of the processor time of pip.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/test/integration/apt.sh"
python=${ATTUNE_PYTHON:-python3}
uv=$root/.services/uv
folder=$1
shift
mkdir -p "$root/.services"
(
  flock 9 # several services may be set up at once
  if ! [ -x "$uv/bin/uv" ]; then
    if ! "$python" -m pip --version > /dev/null 2>&1; then
      apt install -yq --no-install-recommends python3-pip
    fi
    "$python" -m pip install -q --disable-pip-version-check --root-user-action=ignore --no-compile --target "$uv" 'uv==0.13.*'
  fi
) 9> "$root/.services/uv.lock"
"$uv/bin/uv" venv -q --clear --python "$python" "$folder"
"$uv/bin/uv" pip install -q --no-cache --python "$folder/bin/python" "$@"
