#!/bin/sh
# The embedded MongoDB engine behind the variables and the init scripts of the official image.
set -eu

from_file() {
  eval "value=\${$1-} file=\${$1_FILE-}"
  if [ -n "$value" ] && [ -n "$file" ]; then
    echo "both $1 and $1_FILE are set" >&2
    exit 1
  fi
  [ -z "$file" ] || value=$(cat "$file")
  printf '%s' "$value"
}

[ "${1-}" != mongod ] || shift
if [ "$(id -u)" = 0 ]; then
  chown mongodb:mongodb /data/db
  exec setpriv --reuid=mongodb --regid=mongodb --init-groups --inh-caps=-all "$0" "$@"
fi

data=/data/db
program=/opt/stand-in/mongo-main.js
user=$(from_file MONGO_INITDB_ROOT_USERNAME)
password=$(from_file MONGO_INITDB_ROOT_PASSWORD)
if [ -n "$user" ] && [ ! -f "$data/initialised" ]; then
  # The official entrypoint removes what a broken first start left by refusing to go on; here anew.
  rm -rf "${data:?}"/*
  # The official entrypoint's name for it; a health check may look for it.
  temporary=/tmp/docker-entrypoint-temp-mongod.pid
  node "$program" --directory "$data" --open &
  server=$!
  echo "$server" >"$temporary"
  tries=100
  until mongosh --quiet --eval "db.adminCommand('ping').ok" >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" = 0 ]; then echo 'the engine did not start' >&2; exit 1; fi
    sleep 0.1
  done
  ROOT_USER=$user ROOT_PASSWORD=$password mongosh --quiet --eval \
    "db.getSiblingDB('admin').createUser({user: process.env.ROOT_USER, pwd: process.env.ROOT_PASSWORD, roles: [{role: 'root', db: 'admin'}]}); undefined"
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sh) echo "running $file"; if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.js) echo "running $file"; mongosh --host 127.0.0.1 --port 27017 --quiet "${MONGO_INITDB_DATABASE:-test}" "$file" ;;
    esac
  done
  kill -TERM "$server"
  wait "$server"
  rm "$temporary"
  touch "$data/initialised"
fi
if [ -z "$user" ]; then
  echo 'the stand-in knows a server with users only: set MONGO_INITDB_ROOT_USERNAME' >&2
  exit 1
fi
[ $# = 0 ] || echo "left out by the stand-in, which knows no arguments: $*" >&2
exec node "$program" --directory "$data"
