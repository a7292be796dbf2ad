# icc=false needs br_netfilter (moby/moby#26724)
#
# The walk that surprises: with one sysctl off the drop rule is not asked any more. Frames between two ports of
# docker0 are bridged, and iptables sees them only as long as net.bridge.bridge-nf-call-iptables is on.
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
docker run -d --name c1 busybox sleep 600 >/dev/null
docker run -d --name c2 busybox sleep 600 >/dev/null
try() { docker exec c1 ping -c 1 -q -W 1 172.17.0.3 | grep packets; }
sysctl net.bridge.bridge-nf-call-iptables
try
sysctl -w net.bridge.bridge-nf-call-iptables=0
try
sysctl -w net.bridge.bridge-nf-call-iptables=1
try
