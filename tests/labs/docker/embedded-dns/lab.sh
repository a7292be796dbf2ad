# The resolver at 127.0.0.11: who answers, and what goes elsewhere.
#
# The walk that surprises: the question to port 53 of 127.0.0.11 arrives at another port. nat OUTPUT of the
# container's own namespace sends it to the one at which the daemon listens, and the answer comes from 53 again.
# Names of containers, aliases and links are answered here; only in networks of users, and only in the same one.
dockerd --version-profile 20.10
ip netns add lan
ip link add eth0 type veth peer name eth0 netns lan
ip link set lo up
ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip -n lan link set eth0 up
ip -n lan addr add 192.168.0.7/24 dev eth0
printf 'nameserver 192.168.0.7\n' >/etc/resolv.conf
quick='--dns-option timeout:1 --dns-option attempts:1'
docker network create net1 >/dev/null
docker network create net2 >/dev/null
docker run -d --name c1 --network net1 $quick busybox sleep 600 >/dev/null
docker run -d --name c2 --network net1 --network-alias web --hostname own busybox sleep 600 >/dev/null
docker run -d --name c3 --network net1 --link c2:db busybox sleep 600 >/dev/null
docker run -d --name far --network net2 busybox sleep 600 >/dev/null
docker run -d --name old $quick busybox sleep 600 >/dev/null
look() { docker exec $1 nslookup -type=a $2 | grep -v '^$'; }
look c1 c2.net1
look c1 web.net1
look c1 C2.net1
look c3 db.net1
docker exec c1 nslookup 172.18.0.3 | grep -v '^$'
docker exec c1 nslookup -type=mx c2.net1 | grep -v '^$'
docker exec c1 ping -c 1 -q c2 | grep -v round
docker exec c1 ping -c 1 -q c2.net1 | grep packets
docker exec c3 ping -c 1 -q db | head -n 1
docker exec c1 ping -c 1 -q nosuch
docker exec c1 ping -c 1 -q far
docker exec c1 ping -c 1 -q own | head -n 1
docker exec old ping -c 1 -q c1
docker exec c1 cat /etc/resolv.conf
docker exec old cat /etc/resolv.conf
docker network connect net2 c1
docker exec c1 ping -c 1 -q far | grep packets
docker rename far near
docker exec c1 ping -c 1 -q near | grep packets
docker rm -f near >/dev/null
docker exec c1 ping -c 1 -q near
