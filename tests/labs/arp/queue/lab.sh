# Packets wait for the answer in the neighbour's queue; the echo replies come back in one go.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip link set eth0 up
ping -c5 -i 0.1 -W1 -q 10.0.0.2 &
sleep 0.25
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
sleep 1.5
ip neigh | grep -c REACHABLE
