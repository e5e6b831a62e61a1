#!/bin/sh
# Makes what docker-compose.yml needs and git does not hold: .env (names and ports, no secret) and
# .secrets/ (passwords, the key of the tokens, URLs with passwords). What is there stays as it is;
# what is missing is made, except a password that a volume may have been made with. Needs a POSIX
# shell, od, tr and /dev/urandom.
#
#   compose/generate-secrets.sh [directory]     default: the directory of docker-compose.yml
set -eu
umask 077
unset CDPATH # `cd` would look there first.

directory=${1:-$(dirname -- "$0")/..}
cd -- "$directory"
directory=$(pwd)
made=''

fail() {
  printf '%s\n' "generate-secrets.sh: $1" >&2
  exit 1
}

# random <bytes>: so many from the kernel, as hexadecimal digits, which need no quoting anywhere.
random() {
  digits=$(od -An -v -tx1 -N"$1" /dev/urandom | tr -d ' \n')
  [ "${#digits}" -eq $(($1 * 2)) ] || fail "expected $1 bytes from /dev/urandom, got less"
  printf '%s' "$digits"
}

# keep <file> <mode> <content>: writes the file, as a whole or not at all.
keep() {
  rm -f -- "$1.new"
  printf '%s\n' "$3" >"$1.new"
  chmod "$2" "$1.new"
  mv -- "$1.new" "$1"
  made="$made $1"
}

# secret <name> <value>. Containers read it as users of their own, hence the mode: the directory,
# which nobody else may enter, is what keeps it.
secret() {
  keep ".secrets/$1" 444 "$2"
}

# An empty file is what a full disk leaves, and no password.
missing() {
  [ ! -s "$1" ]
}

# password <name> <volume> [<made of it>...]: a new one fits only where nothing was made of an older
# one. The server keeps the one that it was first started with in its volume. .env, which is made
# last, says that there may be such a volume.
password() {
  name=$1
  volume=$2
  shift 2
  missing ".secrets/$name" || return 0
  missing .env || lost "$name" "$volume" "$@"
  for derived in "$@"; do
    missing ".secrets/$derived" ||
      fail ".secrets/$name is missing, and .secrets/$derived was made of it: put it back, or remove both"
  done
  value=$(random 16)
  secret "$name" "$value"
}

# lost <name> <volume> [<made of it>...]: says how to go on.
lost() {
  name=$1
  volume=$2
  shift 2
  files=.env
  for derived in "$@"; do
    missing ".secrets/$derived" || files="$files .secrets/$derived"
  done
  fail ".secrets/$name is missing, and the volume \"$volume\" may have been made with it; a new one would not open it.
Put the file back from the backup (8-settings.tar, see docs/backup.md).
Or, if what is in the volume may go:
  docker compose down
  docker volume rm video-to-mp3_$volume
  move away: $files
  compose/generate-secrets.sh
and put your own lines back into .env."
}

# anew <name> <bytes>: what no volume keeps, so that a new one may be made at any time.
anew() {
  missing ".secrets/$1" || return 0
  value=$(random "$2")
  secret "$1" "$value"
}

[ ! -e .secrets ] || [ -d .secrets ] || fail "$directory/.secrets: expected a directory, got a file"
[ -d .secrets ] || mkdir .secrets
chmod 700 .secrets

password mysql-root-password mysql
password mysql-password mysql
password mongo-root-password mongo
password mongo-password mongo mongo-url
password rabbitmq-password rabbitmq rabbitmq-url rabbitmq-user
anew grafana-password 16
# 32 bytes, as HS256 asks for (RFC 7518, section 3.2).
anew jwt-secret 32
anew grafana-secret-key 32

mongo_password=$(cat .secrets/mongo-password)
rabbitmq_password=$(cat .secrets/rabbitmq-password)
missing .secrets/mongo-url &&
  secret mongo-url "mongodb://product:$mongo_password@mongo:27017/?authSource=admin"
missing .secrets/rabbitmq-url &&
  secret rabbitmq-url "amqp://product:$rabbitmq_password@rabbitmq:5672"
# A part of RabbitMQ's configuration: with it, there is no guest.
missing .secrets/rabbitmq-user &&
  secret rabbitmq-user "default_user = product
default_pass = $rabbitmq_password"
# The inbox takes every mail and sends none. For real mails put the URL of a mail server here.
missing .secrets/smtp-url && secret smtp-url smtp://inbox:1025

missing .env && keep .env 644 '# Made by compose/generate-secrets.sh, read by docker compose; no secret is in it (see .secrets/).

# Names of users. They are made when the stack starts first, and changed nowhere later.
MYSQL_USER=auth
GRAFANA_USER=admin

# Ports on 127.0.0.1.
GATEWAY_PORT=8080
INBOX_PORT=8025
RABBITMQ_CONSOLE_PORT=15672
GRAFANA_PORT=3000
PROMETHEUS_PORT=9091
ALERTMANAGER_PORT=9093

# For mails that leave this machine (with a mail server in .secrets/smtp-url).
#MAIL_FROM=mp3@example.com
#PUBLIC_URL=https://mp3.example.com'

if [ -z "$made" ]; then
  printf '%s\n' "Nothing to do: .env and .secrets/ are complete in $directory."
else
  printf '%s\n' "Made in $directory:"
  for file in $made; do
    printf '  %s\n' "$file"
  done
fi
