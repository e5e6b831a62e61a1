#!/bin/sh
# Backs up a running stack, without stopping it:   compose/backup.sh DIRECTORY
#
# The order is what makes the backup whole (docs/backup.md, "Why in this order"): first the job
# records, then everything they point to. A file is stored before a record names it and is not removed
# while one does, so each file that a record in the backup names is in the backup as well.
#
# IN_MONGO and IN_MYSQL say how to run a command where the servers are; in a cluster, for example,
#   IN_MONGO='kubectl exec -i mongodb-0 --' IN_MYSQL='kubectl exec -i mysql-0 --'
set -eu
unset CDPATH # `cd` would look there first.
umask 077

if [ $# -ne 1 ]; then
  echo 'usage: compose/backup.sh DIRECTORY   (a new one; it will hold passwords and secrets)' >&2
  exit 2
fi
if [ -e "$1" ]; then
  echo "backup: $1 is there already; expected a new directory" >&2
  exit 2
fi
mkdir -p "$1"
target=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."

in_mongo=${IN_MONGO:-docker compose exec -T mongo}
in_mysql=${IN_MYSQL:-docker compose exec -T mysql}
jobs=${JOBS_DATABASE:-jobs}
mp3s=${MP3S_DATABASE:-mp3s}
videos=${VIDEOS_DATABASE:-videos}

# The password does not become an argument: arguments show in lists of processes.
mongo_tool='
tool=$1
shift
exec "$tool" --quiet --authenticationDatabase admin \
  --username "${MONGO_INITDB_ROOT_USERNAME:-$(cat "${MONGO_INITDB_ROOT_USERNAME_FILE:-/dev/null}")}" \
  --config /dev/fd/3 "$@" 3<<END
password: "${MONGO_INITDB_ROOT_PASSWORD:-$(cat "${MONGO_INITDB_ROOT_PASSWORD_FILE:-/dev/null}")}"
END
'

# FILE DATABASE [more options of mongodump]
dump() {
  file=$1 database=$2
  shift 2
  echo "backup: $file"
  $in_mongo sh -c "$mongo_tool" sh mongodump --archive --db "$database" "$@" \
    </dev/null >"$target/$file"
}

date -u +%Y-%m-%dT%H:%M:%SZ >"$target/began"

# 1 to 4: the records, those first that the others must not be older than.
dump 1-jobs.archive.gz "$jobs" --gzip --collection jobs
dump 2-mails.archive.gz "$jobs" --gzip --collection mails
dump 3-dead-letters.archive.gz "$jobs" --gzip --collection dead_letters
dump 4-records.archive.gz "$jobs" --gzip --excludeCollection jobs --excludeCollection mails \
  --excludeCollection dead_letters --excludeCollection leases --excludeCollection after_restore

# 5: the users, after the records, so that every owner in them is a user.
echo 'backup: 5-users.sql'
$in_mysql sh -c '
MYSQL_PWD=${MYSQL_ROOT_PASSWORD:-$(cat "${MYSQL_ROOT_PASSWORD_FILE:-/dev/null}")}
export MYSQL_PWD
exec mysqldump --user=root --single-transaction --no-tablespaces --databases "$MYSQL_DATABASE"
' </dev/null >"$target/5-users.sql"
if ! tail -n 1 "$target/5-users.sql" | grep -q '^-- Dump completed'; then
  echo 'backup: 5-users.sql ends too early: expected "-- Dump completed" in its last line' >&2
  exit 1
fi

# 6 and 7: the files, by far the most bytes. Sound and pictures cannot be compressed further.
dump 6-mp3s.archive "$mp3s"
dump 7-videos.archive "$videos"

# 8: what the stack was started with. Without JWT_SECRET everybody has to log in anew; without the
# other passwords the volumes of the servers cannot be used any more.
set --
for name in .env .secrets; do
  if [ -e "$name" ]; then set -- "$@" "$name"; fi
done
if [ $# -gt 0 ]; then
  echo 'backup: 8-settings.tar'
  tar -cf "$target/8-settings.tar" "$@"
fi

# Written last: a directory without it is an unfinished backup.
(cd "$target" && sha256sum -- began [1-8]-* >.sums && mv .sums SHA256SUMS)
echo "backup: done, $(du -sh "$target" | cut -f 1) in $target"
