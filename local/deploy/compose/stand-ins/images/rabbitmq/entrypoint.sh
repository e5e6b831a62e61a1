#!/bin/sh
# As the official entrypoint: the volume is made the server's, then the server's user takes over.
set -eu
if [ "$(id -u)" = 0 ]; then
  find /var/lib/rabbitmq \! -user rabbitmq -exec chown rabbitmq '{}' +
  exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups --inh-caps=-all "$0" "$@"
fi
exec "$@"
