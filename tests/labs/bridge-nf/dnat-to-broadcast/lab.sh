# A bridged packet whose new destination is a broadcast address of its own bridge is for the host alone.
ip netns add c1
ip netns add c2
ip link add br0 type bridge mcast_snooping 0
ip link set br0 up
ip addr add 10.0.0.1/24 broadcast + dev br0
for n in 1 2; do
    ip link add veth$n type veth peer name eth0 netns c$n
    ip link set veth$n master br0
    ip link set veth$n up
    ip netns exec c$n ip addr add 10.0.0.$((n + 1))/24 dev eth0
    ip netns exec c$n ip link set eth0 up
done
sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.ipv4.icmp_echo_ignore_broadcasts=0
iptables -t nat -A PREROUTING -d 10.0.0.9 -j DNAT --to-destination 10.0.0.255
iptables -A INPUT -p icmp
iptables -A FORWARD -p icmp
ip netns exec c1 ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth0
ip netns exec c1 ping -c1 -W1 10.0.0.9 | grep -E "from|loss"
iptables-save -c | grep icmp
