#!/bin/sh
# Runs ffmpeg or ffprobe on a file that nobody should trust:
#
#   launch-limited.sh [--program=NAME] [--address-space=BYTES] [--cpu=SECONDS] [--file-size=BYTES]
#                     ARGUMENTS...
#
# Own options come first, because fluent-ffmpeg can pass nothing but arguments. Everything below is
# exec: the process that was started becomes ffmpeg, and leads a process group of its own, so that
# killing the group (kill -- -PID) reaches all of it.
set -eu

program=ffmpeg
address_space=1610612736
cpu=60
file_size=16777216

while [ $# -gt 0 ]; do
  case $1 in
    --program=*) program=${1#*=} ;;
    --address-space=*) address_space=${1#*=} ;;
    --cpu=*) cpu=${1#*=} ;;
    --file-size=*) file_size=${1#*=} ;;
    *) break ;;
  esac
  shift
done

# setsid: new session and group. It forks, and the pid changes, only if its caller leads a group.
# --pdeathsig: a worker that is killed with SIGKILL leaves no ffmpeg behind.
# --cpu soft:hard: ffmpeg takes the soft limit (SIGXCPU) as a request to finish; then SIGKILL.
# env -i: no secret of ours is in the environment of a program that reads strangers' files.
exec setsid setpriv --pdeathsig KILL --no-new-privs \
  prlimit --as="$address_space" --cpu="$cpu:$((cpu + 5))" --fsize="$file_size" --core=0 --nofile=64 \
  env -i PATH=/usr/local/bin:/usr/bin:/bin LC_ALL=C.UTF-8 \
  "$program" "$@"
