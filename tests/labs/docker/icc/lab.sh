# icc=false does not do what I think (moby/moby#21990, #12071)
#
# The walk that surprises: two containers that may not talk can, through a published port. icc=false is one rule:
# what comes from docker0 and leaves by docker0 is dropped in FORWARD. The host is no such way, so it stays
# reachable, and so does what listens on it: docker-proxy, which calls the other container from the host.
dockerd --version-profile 20.10
dockerd --icc=false >/dev/null 2>&1 &
sleep 1
ip netns add lan
ip link add eth0 type veth peer name eth0 netns lan
ip link set lo up
ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip -n lan link set eth0 up
ip -n lan addr add 192.168.0.7/24 dev eth0
docker run -d --name web -p 8080:80 nginx >/dev/null
docker run -d --name c1 busybox sleep 600 >/dev/null
sleep 0.5
iptables -S FORWARD
docker exec c1 ping -c 1 -q -W 1 172.17.0.2 | grep packets
docker exec c1 ping -c 1 -q -W 1 172.17.0.1 | grep packets
docker exec c1 wget -qO- http://172.17.0.1:8080/ | grep title
# A link makes an exception for the ports that the image exposes.
docker run --rm --link web busybox wget -qO- http://web/ | grep title
