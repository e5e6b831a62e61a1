#!/bin/sh
# MariaDB behind the variables of the official image of MySQL.
set -eu

# As the official entrypoint: a value, or the file that holds it, and not both.
from_file() {
  eval "value=\${$1-} file=\${$1_FILE-}"
  if [ -n "$value" ] && [ -n "$file" ]; then
    echo "both $1 and $1_FILE are set" >&2
    exit 1
  fi
  [ -z "$file" ] || value=$(cat "$file")
  printf '%s' "$value"
}

[ "${1-}" != mysqld ] || shift
if [ "$(id -u)" = 0 ]; then
  chown mysql:mysql /var/lib/mysql /var/run/mysqld
  exec setpriv --reuid=mysql --regid=mysql --init-groups --inh-caps=-all "$0" "$@"
fi

data=/var/lib/mysql
if [ ! -d "$data/mysql" ]; then
  database=$(from_file MYSQL_DATABASE)
  user=$(from_file MYSQL_USER)
  password=$(from_file MYSQL_PASSWORD)
  root=$(from_file MYSQL_ROOT_PASSWORD)
  if [ -z "$root" ] && [ -z "${MYSQL_RANDOM_ROOT_PASSWORD-}" ] && [ -z "${MYSQL_ALLOW_EMPTY_PASSWORD-}" ]; then
    echo 'the database needs MYSQL_ROOT_PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD or MYSQL_RANDOM_ROOT_PASSWORD' >&2
    exit 1
  fi
  [ -z "${MYSQL_RANDOM_ROOT_PASSWORD-}" ] || root=$(od -An -tx1 -N16 /dev/urandom | tr -d ' \n')
  mariadb-install-db --no-defaults --user=mysql --datadir="$data" --tmpdir=/tmp \
    --auth-root-authentication-method=normal --skip-test-db >/dev/null
  {
    # Escaped as in a MySQL string.
    quote() { printf "'%s'" "$(printf '%s' "$1" | sed "s/[\\\\']/\\\\&/g")"; }
    echo "ALTER USER 'root'@'localhost' IDENTIFIED BY $(quote "$root");"
    if [ "${MYSQL_ROOT_HOST-%}" != localhost ]; then
      echo "CREATE USER 'root'@'${MYSQL_ROOT_HOST-%}' IDENTIFIED BY $(quote "$root");"
      echo "GRANT ALL ON *.* TO 'root'@'${MYSQL_ROOT_HOST-%}' WITH GRANT OPTION;"
    fi
    [ -z "$database" ] || echo "CREATE DATABASE \`$database\`;"
    if [ -n "$user" ]; then
      echo "CREATE USER $(quote "$user")@'%' IDENTIFIED BY $(quote "$password");"
      [ -z "$database" ] || echo "GRANT ALL ON \`$database\`.* TO $(quote "$user")@'%';"
    fi
    echo 'FLUSH PRIVILEGES;'
  } >/tmp/first.sql
  set -- "$@" --init-file=/tmp/first.sql
fi
exec mariadbd --no-defaults --datadir="$data" --socket=/var/run/mysqld/mysqld.sock \
  --pid-file=/var/run/mysqld/mysqld.pid --bind-address=0.0.0.0 --port=3306 --tmpdir=/tmp \
  --skip-name-resolve --character-set-server=utf8mb4 --innodb-buffer-pool-size=64M "$@"
