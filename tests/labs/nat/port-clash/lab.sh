# Two clients with one source port behind one address. In a range of two ports the second takes the one that is left,
# and a third has none: its SYN is dropped.
ip netns add lan
ip netns add a
ip netns add b
ip netns add c
ip netns add server
ip netns exec lan ip link add switch type bridge mcast_snooping 0
ip netns exec lan ip link set switch up
ip link add inner type veth peer name p0 netns lan
ip link add eth0 netns a type veth peer name p1 netns lan
ip link add eth0 netns b type veth peer name p2 netns lan
ip link add eth0 netns c type veth peer name p3 netns lan
for port in p0 p1 p2 p3; do
  ip netns exec lan ip link set $port master switch up
done
ip link add outer type veth peer name eth0 netns server
ip addr add 10.0.1.1/24 dev inner
ip addr add 10.0.2.1/24 dev outer
ip link set inner up
ip link set outer up
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec b ip addr add 10.0.1.3/24 dev eth0
ip netns exec c ip addr add 10.0.1.4/24 dev eth0
for ns in a b c; do
  ip netns exec $ns ip link set eth0 up
  ip netns exec $ns ip route add default via 10.0.1.1
done
ip netns exec server ip addr add 10.0.2.2/24 dev eth0
ip netns exec server ip link set eth0 up
sysctl -q -w net.ipv4.ip_forward=1
iptables -t nat -A POSTROUTING -o outer -p tcp -j SNAT --to-source 10.0.2.1:6000-6001
ip netns exec server nc -l -k 80 > /dev/null &
sleep 0.2

sleep 1 | ip netns exec a nc -n -p 6000 10.0.2.2 80 &
sleep 0.1
sleep 1 | ip netns exec b nc -n -p 6000 10.0.2.2 80 &
sleep 0.1
timeout 0.3 ip netns exec c nc -z -v -n -p 6000 10.0.2.2 80
echo "timeout said $?"
conntrack -L | sort
