# A wrong permanent entry: the frame goes to nobody, and nothing comes back.
ip netns add a
ip link add eth0 address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:02 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up

ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:99 dev eth0
ping -c1 -W1 10.0.0.2
ip neigh
arp -n
ip neigh change 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0
ping -c1 -W1 10.0.0.2
ip neigh del 10.0.0.2 dev eth0
ip neigh
