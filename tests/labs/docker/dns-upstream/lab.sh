# What the resolver asks elsewhere, and from where.
#
# The walk that surprises: 192.168.0.7 is asked by the container, through MASQUERADE, and not by the host:
# 20.10 asks from the container's namespace, unless the server is on the host's own loopback. A container of
# the default bridge asks by itself. Where nobody answers the resolver is silent.
dockerd --version-profile 20.10
ip netns add lan
ip link add eth0 type veth peer name eth0 netns lan
ip link set lo up
ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip -n lan link set eth0 up
ip -n lan addr add 192.168.0.7/24 dev eth0
printf 'nameserver 192.168.0.7\n' >/etc/resolv.conf
docker network create -o com.docker.network.bridge.name=br-n net1 >/dev/null
docker run -d --name c1 --network net1 busybox sleep 600 >/dev/null
docker run -d --name own --network net1 --dns 192.168.0.9 --dns-search example.test --dns-option timeout:1 busybox sleep 600 >/dev/null
docker run -d --name old --dns-search example.test busybox sleep 600 >/dev/null
ip -n lan addr add 192.168.0.9/24 dev eth0
for c in c1 own old; do docker exec $c cat /etc/resolv.conf; done
ip netns exec lan tcpdump -lnqi eth0 udp port 53 2>/dev/null >/tmp/dump.$$ &
sleep 1
docker exec c1 nslookup -type=a one.example.com | grep -v '^$'
docker exec own nslookup -type=a two.example.com | grep -v '^$'
docker exec old nslookup -type=a three.example.com | grep -v '^$'
docker exec c1 nslookup -type=a c1.net1 | grep -c Address
sleep 0.5
kill %1
grep -o 'IP [0-9.]* > 192.168.0.[79].53' /tmp/dump.$$ | sed 's/\.[0-9]* >/ >/' | uniq
rm /tmp/dump.$$
