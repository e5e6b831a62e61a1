#!/bin/sh
# Makes the Secrets that the minikube overlays refer to and that are not there yet. What is there
# stays as it is: the tutorial's `auth-secret` and `notification-secret` keep their passwords.
#
#   MYSQL_PASSWORD=… GMAIL_ADDRESS=… GMAIL_PASSWORD=… sh create-secrets.sh
#   SMTP_URL=smtp://user:password@mail.example.com:587 MAIL_FROM=mp3@example.com sh create-secrets.sh
#   sh create-secrets.sh --inside      # MongoDB and MySQL in the cluster: their passwords are made up
#
# It works in the namespace that kubectl works in (KUBECTL='kubectl --context=minikube' names another
# command). Exit code 0 when every Secret is there, 1 when one could not be made for want of a value,
# 2 for a call that is not understood, or kubectl's own. Needs kubectl, od, tr, mktemp.
set -eu
umask 077

inside=no
for argument in "$@"; do
  case $argument in
    --inside) inside=yes ;;
    *)
      echo "create-secrets.sh: expected nothing or --inside, got '$argument'" >&2
      exit 2
      ;;
  esac
done

kubectl=${KUBECTL:-kubectl}
missing=0

# Values go to kubectl as files in a directory of our own: arguments can be seen by every user.
values=$(mktemp -d)
trap 'rm -rf "$values"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

random() { # BYTES: sets $random to them as hexadecimal digits, which need no quoting in a URL
  random=$(od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n')
  [ ${#random} -eq $(($1 * 2)) ] || {
    echo 'create-secrets.sh: expected random bytes from od and /dev/urandom, got none' >&2
    exit 2
  }
}

# A `get` that fails for another reason does no harm: `create` changes nothing that is there.
there() { # SECRET
  $kubectl get secret "$1" > /dev/null 2>&1
}

value() { # KEY VALUE: for the Secret that is made next
  printf '%s' "$2" > "$values/$1"
}

make() { # SECRET: of the values given
  secret=$1
  set --
  for file in "$values"/*; do
    set -- "$@" "--from-file=${file##*/}=$file"
  done
  $kubectl create secret generic "$secret" "$@" > /dev/null
  made=
  for file in "$values"/*; do made="$made ${file##*/}"; done
  rm -f "$values"/*
  echo "$secret: made, with$made"
}

stays() { # SECRET
  echo "$1: is there, left as it is"
}

lacks() { # SECRET WHAT
  echo "$1: NOT made; set $2 and run this again" >&2
  rm -f "$values"/*
  missing=1
}

if there auth-secret; then
  stays auth-secret
else
  random 32
  value JWT_SECRET "$random"
  if [ -n "${MYSQL_PASSWORD:-}" ]; then
    value MYSQL_PASSWORD "$MYSQL_PASSWORD"
    make auth-secret
  elif [ "$inside" = yes ]; then
    random 16
    value MYSQL_PASSWORD "$random"
    make auth-secret
  else
    lacks auth-secret "MYSQL_PASSWORD (of the user auth_user on the host's MySQL)"
  fi
fi

if there notification-secret; then
  stays notification-secret
elif [ -n "${SMTP_URL:-}" ] && [ -n "${MAIL_FROM:-}" ]; then
  value SMTP_URL "$SMTP_URL"
  value MAIL_FROM "$MAIL_FROM"
  make notification-secret
elif [ -n "${SMTP_URL:-}" ]; then
  lacks notification-secret 'MAIL_FROM (sender of the mails) beside SMTP_URL'
elif [ -n "${GMAIL_ADDRESS:-}" ] && [ -n "${GMAIL_PASSWORD:-}" ]; then
  value GMAIL_ADDRESS "$GMAIL_ADDRESS"
  value GMAIL_PASSWORD "$GMAIL_PASSWORD"
  make notification-secret
else
  lacks notification-secret 'GMAIL_ADDRESS and GMAIL_PASSWORD, or SMTP_URL and MAIL_FROM,'
fi

if [ "$inside" = yes ]; then
  # What is on a volume keeps the passwords it began with, so these are made once, too.
  if there mongodb-secret; then
    stays mongodb-secret
  else
    random 16
    value MONGO_INITDB_ROOT_PASSWORD "$random"
    random 16
    value MONGO_PASSWORD "$random"
    value MONGO_URL "mongodb://video-to-mp3:$random@mongodb:27017/?authSource=admin"
    make mongodb-secret
  fi
  if there mysql-secret; then
    stays mysql-secret
  else
    random 16
    value MYSQL_ROOT_PASSWORD "$random"
    make mysql-secret
  fi
fi

exit "$missing"
