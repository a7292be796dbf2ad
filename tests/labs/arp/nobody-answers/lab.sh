# The entry is INCOMPLETE while it is asked for, and FAILED when nobody answers.
ip netns add a
ip link add eth0 address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:02 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip link set lo up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up

ping -c1 -W1 10.0.0.9
ip neigh
arp -n
sysctl -q -w net.ipv4.neigh.eth0.retrans_time_ms=100
ping -c1 -W2 10.0.0.8
ip neigh show 10.0.0.8
arp -n | grep 10.0.0.8
