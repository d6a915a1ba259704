# What the measurements share; sourced, not run. Sets bin, work, password and the product's environment.

failed=0 gaps=() password='correct horse battery staple'
# shellcheck source=tests/support/machine.sh
source tests/support/machine.sh
work=$(mktemp -d /tmp/steward-perf.XXXXXX)
trap 'end_started; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# prepare BACKEND: the release binary, an empty data folder, and for postgres a database with durable commits.
prepare() {
  ensure python3 python3 && ensure curl curl && ensure wrk wrk || { echo "needs wrk, python3 and curl" >&2; exit 1; }
  bin=${STEWARD_BIN:-}
  if [ -z "$bin" ]; then
    cargo build --release --locked --quiet
    bin=${CARGO_TARGET_DIR:-target}/release/steward
  fi
  bin=$(realpath "$bin")
  unset STEWARD_BIN
  export STEWARD_DATA_DIR=$work/data STEWARD_LIMITS_ENABLED=false
  if [ "$1" = postgres ]; then
    STEWARD_PERF=durable use_postgres
    psql -qc 'DROP DATABASE IF EXISTS steward_perf' -c 'CREATE DATABASE steward_perf' "$STEWARD_TEST_POSTGRES_URL"
    export STEWARD_DATABASE_URL=${STEWARD_TEST_POSTGRES_URL%/*}/steward_perf
  fi
}

# row LABEL A B C: a line of a Markdown table
row() { printf '| %-38s | %12s | %9s | %9s |\n' "$@"; }
