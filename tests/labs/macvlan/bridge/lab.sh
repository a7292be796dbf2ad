# Two macvlans in bridge mode on one interface: they reach each other and the wire, not the interface's own host.
ip netns add lan
ip netns add a
ip netns add b
ip link add eth0 address 02:00:00:00:00:01 type veth peer name eth0 netns lan address 02:00:00:00:00:02
ip link set lo up
ip link set eth0 up
ip addr add 192.168.0.128/24 dev eth0
ip -n lan link set eth0 up
ip -n lan addr add 192.168.0.1/24 dev eth0
ip link add m1 link eth0 address 02:00:00:00:00:0a type macvlan mode bridge
ip link add m2 link eth0 address 02:00:00:00:00:0b type macvlan mode bridge
ip link set m1 netns a
ip link set m2 netns b
for n in a b; do
  ip -n $n link set lo up
done
ip -n a link set m1 up
ip -n b link set m2 up
ip -n a addr add 192.168.0.50/24 dev m1
ip -n b addr add 192.168.0.51/24 dev m2
ip -n a route add default via 192.168.0.1
sleep 2
ip netns exec a ping -c 1 -W 1 192.168.0.51
ip netns exec a ping -c 1 -W 1 192.168.0.1
ip netns exec a ping -c 1 -W 1 192.168.0.128
ping -c 1 -W 1 192.168.0.50
ip netns exec lan ping -c 1 -W 1 192.168.0.51
ip netns exec lan ping -c 1 -W 1 192.168.0.128
ip -n a neigh
ip -n b neigh
ip neigh
ip -n lan neigh
ip -n a route
ip -n a -br link
# A third in the host's own namespace reaches them, as it is one of them.
ip link add shim link eth0 address 02:00:00:00:00:0c type macvlan mode bridge
ip addr add 192.168.0.60/32 dev shim
ip link set shim up
ip route add 192.168.0.50/32 dev shim
sleep 1
ping -c 1 -W 1 192.168.0.50
# It follows the interface below.
ip link set eth0 down
ip -br link show dev shim
ip -n a -br link show dev m1
ip link set eth0 up
sleep 1
ip -br link show dev shim
ip -n a -br link show dev m1
ip link del eth0
ip -n a -br link
ip -br link
