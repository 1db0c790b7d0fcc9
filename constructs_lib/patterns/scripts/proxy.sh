#!/bin/bash
# Sends the notebook's HTTP and HTTPS traffic to a proxy: shells, Jupyter and its kernels, Docker, dnf and yum.
#
#   PROXY     such as http://proxy.example.com:3128
#   NO_PROXY_HOSTS  what goes direct, separated by commas: the instance itself, its metadata, and the VPC's endpoints
: "${PROXY:?}" "${NO_PROXY_HOSTS:?}"
ROOT=${SAGEMAKER_NETWORK_ROOT:-}
say() { echo "sagemaker-network proxy: $*"; }
names=(http_proxy https_proxy HTTP_PROXY HTTPS_PROXY)
variables() {
  local name
  for name in "${names[@]}"; do echo "$1$name=$2$PROXY$2"; done
  for name in no_proxy NO_PROXY; do echo "$1$name=$2$NO_PROXY_HOSTS$2"; done
}
mkdir -p "$ROOT/etc/profile.d"
variables 'export ' '"' >"$ROOT/etc/profile.d/sagemaker-network-proxy.sh"
for unit in jupyter-server docker; do
  overrides=$ROOT/etc/systemd/system/$unit.service.d
  mkdir -p "$overrides"
  { echo '[Service]'; variables 'Environment=' ''; } >"$overrides/sagemaker-network-proxy.conf"
done
for file in "$ROOT/etc/dnf/dnf.conf" "$ROOT/etc/yum.conf"; do
  [ -f "$file" ] && sed -i '/^proxy=/d' "$file" && echo "proxy=$PROXY" >>"$file"
done
systemctl daemon-reload
# Without --no-block this would wait for Jupyter, which waits for this script.
systemctl --no-block try-restart jupyter-server docker
say "HTTP and HTTPS go to $PROXY, except to $NO_PROXY_HOSTS"
exit 0
