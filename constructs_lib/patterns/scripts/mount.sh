#!/bin/bash
# Mounts an EFS file system. A file system that does not answer leaves the notebook starting and a line in the log.
#
#   FILE_SYSTEM  its id          HOST     its DNS name, which resolves inside the VPC
#   MOUNT_POINT  where           ACCESS   rw, or ro
#
# Encrypted in transit where the platform brings the EFS mount helper, else plain NFS 4.1 with the options that EFS
# recommends. https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-nfs-mount-settings.html
: "${FILE_SYSTEM:?}" "${HOST:?}" "${MOUNT_POINT:?}" "${ACCESS:?}"
say() { echo "sagemaker-network mount: $*"; }
if mountpoint -q "$MOUNT_POINT"; then
  say "$MOUNT_POINT is mounted already"
  exit 0
fi
mkdir -p "$MOUNT_POINT"
if command -v mount.efs >/dev/null; then
  set -- -t efs -o "tls,$ACCESS" "$FILE_SYSTEM:/"
else
  set -- -t nfs4 -o "nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport,$ACCESS" "$HOST:/"
fi
if ! problem=$(timeout --kill-after=5 60 mount "$@" "$MOUNT_POINT" 2>&1); then
  say "$FILE_SYSTEM is not mounted at $MOUNT_POINT: ${problem:-no answer within 60 seconds}"
  exit 0
fi
say "$FILE_SYSTEM is mounted at $MOUNT_POINT ($ACCESS, $2)"
# A new file system belongs to root, and whoever works in the notebook is not root.
if [ "$ACCESS" = rw ] && [ "$(stat -c %u "$MOUNT_POINT")" = 0 ]; then
  chown ec2-user "$MOUNT_POINT" && say "$MOUNT_POINT now belongs to ec2-user"
fi
exit 0
