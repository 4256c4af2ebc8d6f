# Sourced by services that come from Debian. Several may be set up at once, and apt works for one at a time; its lists are read once an hour.
apt() {
  (
    flock 9
    export DEBIAN_FRONTEND=noninteractive
    if [ -z "$(find /tmp/attune-apt-updated -mmin -60 2> /dev/null)" ]; then
      apt-get update -q > /dev/null
      touch /tmp/attune-apt-updated
    fi
    apt-get "$@" > /dev/null
  ) 9> /tmp/attune-apt.lock
}
