#!/bin/bash
# Stops the notebook through the API when nothing has run in it for a while: checked by a systemd timer every five
# minutes.
#
#   IDLE_SECONDS  how long nothing must have happened
#   REGION        the notebook's region
: "${IDLE_SECONDS:?}" "${REGION:?}"
ROOT=${SAGEMAKER_NETWORK_ROOT:-}
program=$ROOT/opt/sagemaker-network/idle_shutdown.py
mkdir -p "${program%/*}"
cat >"$program" <<'PYTHON'
@idle_shutdown.py@
PYTHON
python=$(command -v python3 || echo /home/ec2-user/anaconda3/bin/python3)
unit=sagemaker-network-idle-shutdown
systemctl stop "$unit.timer" 2>/dev/null
systemctl reset-failed "$unit.service" 2>/dev/null
if systemd-run --unit="$unit" --on-active=300 --on-unit-active=300 "$python" "$program" "$IDLE_SECONDS" "$REGION"; then
  echo "sagemaker-network idle shutdown: the notebook stops after $IDLE_SECONDS seconds without work"
else
  echo "sagemaker-network idle shutdown: the timer could not be set up, the notebook keeps running"
fi
exit 0
