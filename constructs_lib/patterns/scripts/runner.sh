#!/bin/bash
# The frame of a lifecycle configuration: runs the parts that were added, in order, and never longer than SageMaker
# waits.
#
# SageMaker gives a lifecycle script five minutes, then the notebook fails to start. So the parts run in a job of their
# own: what is not done after LIMIT seconds goes on in the background and writes to the log. A part that fails within
# the limit fails the start, as it would alone; parts after it do not run. Parts named *.background are started and not
# waited for. https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-lifecycle-config.html
set -u
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
HOOK=${HOOK:-OnStart} LIMIT=${LIMIT:-270}
ROOT=${SAGEMAKER_NETWORK_ROOT:-}
PARTS=$ROOT/var/lib/sagemaker-network/$HOOK
LOG=$ROOT/var/log/sagemaker-network-$HOOK.log
rm -rf "$PARTS"
mkdir -p "$PARTS" "${LOG%/*}"
say() { echo "sagemaker-network $HOOK: $*"; }
add() { cat >"$PARTS/$1" && chmod 700 "$PARTS/$1"; }
run_parts() {
  local part code
  for part in "$PARTS"/*; do
    case $part in
      *.background)
        say "${part##*/} starts in the background, its log is $LOG.${part##*/}"
        "$part" >"$LOG.${part##*/}" 2>&1 </dev/null &
        continue
        ;;
    esac
    "$part"
    code=$?
    if ((code)); then
      say "${part##*/} failed with status $code"
      return "$code"
    fi
  done
}
run_all() {
  # A process group of its own, and deaf to the hang-up, so that the end of this script does not end what goes on.
  set -m
  : >"$LOG" # before the job starts, as it is read from here on
  (trap '' HUP; run_parts) >>"$LOG" 2>&1 </dev/null &
  local job=$!
  set +m
  timeout "$LIMIT" tail --pid="$job" --sleep-interval=0.2 -n +1 -f "$LOG"
  if kill -0 "$job" 2>/dev/null; then
    say "not done after $LIMIT seconds: goes on in the background, its log is $LOG"
    exit 0
  fi
  wait "$job"
}
