# Why can a container not reach a service on its host? (chaifeng/ufw-docker#53, moby/moby#49288)
#
# The walk that surprises: the container reaches the LAN but not port 9000 of its own host. A packet for the
# host's own address is delivered, not forwarded: it is INPUT that is asked, where ufw denies, and no rule of
# Docker's is. By which of the host's addresses it is called makes no difference.
dockerd --version-profile 20.10
ip netns add lan
ip link add eth0 type veth peer name eth0 netns lan
ip link set lo up
ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip -n lan link set eth0 up
ip -n lan addr add 192.168.0.7/24 dev eth0
ip -n lan route add default via 192.168.0.128
iptables -P INPUT DROP
iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
nc -lk -p 9000 </dev/null >/dev/null &
ip netns exec lan nc -lk -p 9000 </dev/null >/dev/null &
docker run -d --name c1 --add-host host.docker.internal:host-gateway busybox sleep 600 >/dev/null
call() { docker exec c1 nc -w 1 $1 9000 </dev/null; echo "$1: $?"; }
docker exec c1 grep host.docker.internal /etc/hosts
docker exec c1 ping -c 1 -q 192.168.0.7 | grep packets
call 172.17.0.1
call 192.168.0.128
call host.docker.internal
iptables -A INPUT -i docker0 -p tcp --dport 9000 -j ACCEPT
# nc waits for the other end, which says nothing: it has to be told that this is enough.
docker exec c1 timeout 1 nc 172.17.0.1 9000 </dev/null
iptables -nvL INPUT | grep dpt:9000 | grep -c ' [1-9][0-9]* .*ACCEPT'
docker rm -f c1 >/dev/null
kill %1 %2
