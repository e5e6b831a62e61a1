#!/bin/sh
# Puts a backup of compose/backup.sh into a stack:   compose/restore.sh DIRECTORY --replace
#
# The servers run (docker compose up -d --wait mysql mongo rabbitmq), best with empty volumes; what
# they hold of ours is replaced. docs/backup.md says what to do before and afterwards.
#
# IN_MONGO, IN_MYSQL and IN_RABBITMQ say how to run a command where the servers are, STOP how to stop
# the product; without them it is docker compose. JOBS_DATABASE and MP3S_DATABASE are those of the backup.
set -eu
unset CDPATH # `cd` would look there first.

if [ $# -ne 2 ] || [ "$2" != --replace ]; then
  echo 'usage: compose/restore.sh DIRECTORY --replace   (replaces all users, jobs and files)' >&2
  exit 2
fi
if [ ! -f "$1/SHA256SUMS" ]; then
  echo "restore: no SHA256SUMS in $1: expected the directory of a finished backup" >&2
  exit 2
fi
source=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."

in_mongo=${IN_MONGO:-docker compose exec -T mongo}
in_mysql=${IN_MYSQL:-docker compose exec -T mysql}
in_rabbitmq=${IN_RABBITMQ:-docker compose exec -T rabbitmq}
jobs=${JOBS_DATABASE:-jobs}
mp3s=${MP3S_DATABASE:-mp3s}
stop=${STOP:-docker compose stop proxy gateway auth converter notification relay}

echo "restore: the backup began at $(cat "$source/began")"
(cd "$source" && sha256sum --quiet -c SHA256SUMS)

# Nobody may work meanwhile: a converter would find no file, the sweeper no record.
$stop

# Messages that announce what came after the backup: some are about MP3s that are not in it. Those that
# the records still need are sent anew by the relay. Videos and dead letters may stay: they do no harm.
announcements=${MP3_QUEUE:-mp3}
vhost=${RABBITMQ_VHOST:-/}
queues=$($in_rabbitmq rabbitmqctl --quiet --vhost "$vhost" list_queues \
  --no-table-headers name)
for queue in $queues; do
  case $queue in
    "$announcements" | "$announcements".failed | "$announcements".retry.* | \
      "$announcements".failed.retry.*)
      echo "restore: emptying the queue $queue"
      $in_rabbitmq rabbitmqctl --quiet --vhost "$vhost" \
        purge_queue "$queue" </dev/null
      ;;
  esac
done

echo 'restore: 5-users.sql'
$in_mysql sh -c '
MYSQL_PWD=${MYSQL_ROOT_PASSWORD:-$(cat "${MYSQL_ROOT_PASSWORD_FILE:-/dev/null}")}
export MYSQL_PWD
exec mysql --user=root
' <"$source/5-users.sql"
# Ids that were given out after the backup must not be given to somebody else: files and tokens go
# by them.
$in_mysql sh -c '
MYSQL_PWD=${MYSQL_ROOT_PASSWORD:-$(cat "${MYSQL_ROOT_PASSWORD_FILE:-/dev/null}")}
export MYSQL_PWD
exec mysql --user=root "$MYSQL_DATABASE"
' <<'END'
SET @next = (SELECT CONCAT('ALTER TABLE `user` AUTO_INCREMENT = ', COALESCE(MAX(id), 0) + 1000000) FROM `user`);
PREPARE raise FROM @next;
EXECUTE raise;
END

mongo_tool='
tool=$1
shift
exec "$tool" --quiet --authenticationDatabase admin \
  --username "${MONGO_INITDB_ROOT_USERNAME:-$(cat "${MONGO_INITDB_ROOT_USERNAME_FILE:-/dev/null}")}" \
  --config /dev/fd/3 "$@" 3<<END
password: "${MONGO_INITDB_ROOT_PASSWORD:-$(cat "${MONGO_INITDB_ROOT_PASSWORD_FILE:-/dev/null}")}"
END
'

# FILE [more options of mongorestore]
load() {
  file=$1
  shift
  echo "restore: $file"
  $in_mongo sh -c "$mongo_tool" sh mongorestore --archive --drop --stopOnError "$@" \
    <"$source/$file"
}

# Records before files: the sweeper removes files that no record needs.
load 1-jobs.archive.gz --gzip
load 2-mails.archive.gz --gzip
load 3-dead-letters.archive.gz --gzip
load 4-records.archive.gz --gzip
load 6-mp3s.archive
load 7-videos.archive

echo 'restore: what the backup cannot have caught in one moment'
$in_mongo sh -c '
export HOME=/tmp JOBS_DATABASE="$2" MP3S_DATABASE="$3"
exec mongosh --quiet --eval "$1"
' sh "$(cat compose/mongo-login.js compose/after-restore.js)" "$jobs" "$mp3s" </dev/null

echo 'restore: done; nothing was started. Next: docs/backup.md, "After the restore"'
