#!/bin/bash
# Sends ranges behind the VPC (on-premises, peered) through the notebook's customer interface instead of SageMaker's
# managed one.
#
#   ATTACHED  the range of the subnet (or VPC) that the notebook is attached to, such as 10.1.2.0/24
#   RANGES    the ranges to route, such as "10.0.0.0/16 192.168.0.0/16"
#   PATIENCE  seconds to wait for the interface; default 30
#
# The interface is found by its address, because its name depends on the platform (eth2 on Amazon Linux 2, ens6 and
# others on 2023). The gateway is the VPC's router: the first address of the interface's subnet. Nothing here may keep
# the notebook from starting. https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
: "${ATTACHED:?}" "${RANGES:?}"
say() {
  echo "sagemaker-network routes: $*"
  logger -t sagemaker-network "routes: $*" 2>/dev/null
}
number() {
  local a b c d
  IFS=. read -r a b c d <<<"$1"
  echo $(((a << 24) + (b << 16) + (c << 8) + d))
}
network() { echo $(($(number "${1%/*}") & (0xffffffff << (32 - ${1#*/})) & 0xffffffff)); }
router() {
  local n=$(($(network "$1") + 1))
  echo "$((n >> 24)).$((n >> 16 & 255)).$((n >> 8 & 255)).$((n & 255))"
}
# An address that is nobody's (TEST-NET-1): the kernel answers with the interface of the default route, the managed one.
managed() { ip -4 -o route get 192.0.2.1 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p'; }
# "name address/length" of the interface with an address in ATTACHED; the managed one only if there is no other.
customer() {
  local name family address found='' default
  default=$(managed)
  while read -r _ name family address _; do
    if [ "$family" != inet ]; then continue; fi
    if [ "$(network "${address%/*}/${ATTACHED#*/}")" != "$(network "$ATTACHED")" ]; then continue; fi
    found="${name%@*} $address"
    if [ "${name%@*}" != "$default" ]; then break; fi
  done < <(ip -4 -o address show)
  echo "$found"
}
answers() {
  for _ in 1 2 3 4 5 6; do
    # Makes the kernel look for the gateway.
    echo >"/dev/udp/$2/9"
    ip -4 neigh show "$2" dev "$1" | grep -q lladdr && return
    sleep 0.5
  done 2>/dev/null
  return 1
}
for ((left = ${PATIENCE:-30}; ; left--)); do
  read -r interface address < <(customer)
  [ -n "$interface" ] && break
  if ((left <= 0)); then
    say "no interface has an address in $ATTACHED, nothing routed: $RANGES leave by the managed interface"
    exit 0
  fi
  sleep 1
done
case $address in
  */32 | "${address%/*}") gateway=$(router "$ATTACHED") ;;
  *) gateway=$(router "$address") ;;
esac
for range in $RANGES; do
  if [ -n "$(ip -4 route show exact "$range" via "$gateway" dev "$interface")" ]; then
    say "$range leaves by $interface (${address%/*}) via $gateway already"
  elif problem=$(ip -4 route replace "$range" via "$gateway" dev "$interface" 2>&1); then
    say "$range leaves by $interface (${address%/*}) via $gateway"
  else
    say "$range is not routed by $interface via $gateway: $problem"
  fi
done
if ! answers "$interface" "$gateway"; then
  say "gateway $gateway does not answer on $interface: traffic to $RANGES will not arrive"
fi
exit 0
