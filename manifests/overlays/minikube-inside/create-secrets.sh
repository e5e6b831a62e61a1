#!/bin/sh
# The Secrets of this overlay: those of ../minikube, and MongoDB's and MySQL's.
set -eu
exec sh "$(dirname "$0")/../minikube/create-secrets.sh" --inside "$@"
