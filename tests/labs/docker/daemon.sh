#!/bin/bash
# Runs ./lab.sh with a real Docker daemon, for `cargo xtask record docker/…`: in a network, mount and process namespace
# of its own (unshare -n -m -p --fork --mount-proc). $PACKETWALK_DOCKER_TOOLS is a folder with Debian's docker.io,
# containerd and runc unpacked below usr/, and a static busybox at bin/busybox; $PACKETWALK_SERVE is serve.c, built with
# `cc -static`. The images of the labs are made of the two: there is no registry here.
tools=$PACKETWALK_DOCKER_TOOLS
export PATH=$tools/usr/bin:$tools/usr/sbin:$PATH
mount -t tmpfs t /run && mkdir -p /run/netns /run/own /var/lib/docker /etc/docker
mount -t tmpfs t /var/lib/docker && mount -t tmpfs t /etc/docker
mount -t sysfs s /sys 2>/dev/null
mount -t cgroup2 c /sys/fs/cgroup 2>/dev/null
: >/run/own/resolv.conf
mount --bind /run/own/resolv.conf /etc/resolv.conf

cat >/run/own/dockerd <<'END'
#!/bin/bash
# The simulator's own option is none of the real daemon's.
[ "$1" = --version-profile ] && exit
touch /run/own/started
exec "$PACKETWALK_DOCKER_TOOLS/usr/sbin/dockerd" --storage-driver vfs --data-root /var/lib/docker \
  --exec-root /run/docker --pidfile /run/docker.pid -H unix:///run/docker.sock "$@" >/run/own/log 2>&1
END

cat >/run/own/docker <<'END'
#!/bin/bash
export DOCKER_HOST=unix:///run/docker.sock
docker=$PACKETWALK_DOCKER_TOOLS/usr/bin/docker
[ -e /run/own/started ] || { dockerd & sleep 0.2; }
if [ ! -e /run/own/up ]; then
  for _ in $(seq 200); do $docker info >/dev/null 2>&1 && break; sleep 0.1; done
  touch /run/own/up
  root=/run/own/root
  mkdir -p $root/bin $root/etc $root/tmp
  cp "$PACKETWALK_DOCKER_TOOLS/bin/busybox" "$PACKETWALK_SERVE" $root/bin
  for applet in $($root/bin/busybox --list | grep -vx busybox); do ln -s busybox $root/bin/$applet; done
  tar -C $root -cf /run/own/root.tar .
  for image in busybox alpine; do $docker import -c 'CMD ["sh"]' /run/own/root.tar $image; done >/dev/null
  for server in nginx whoami; do
    name=$server
    [ $server = whoami ] && name=traefik/whoami
    $docker import -c "CMD [\"serve\", \"$server\"]" -c 'EXPOSE 80' /run/own/root.tar $name >/dev/null
  done
fi
exec $docker "$@"
END
chmod +x /run/own/docker /run/own/dockerd
export PATH=/run/own:$PATH
bash lab.sh
status=$?
export DOCKER_HOST=unix:///run/docker.sock
"$tools/usr/bin/docker" ps -aq 2>/dev/null | xargs -r "$tools/usr/bin/docker" rm -f >/dev/null 2>&1
exit $status
