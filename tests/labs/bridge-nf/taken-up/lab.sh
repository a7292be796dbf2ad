# A frame that more hosts than this one may get has its connection tracked before INPUT can drop it; one that goes up
# only because the bridge is in promiscuous mode has none.
ip netns add c1
ip link add br0 type bridge mcast_snooping 0
ip link set br0 address 02:00:00:00:00:99
ip link set br0 up
ip addr add 10.0.0.1/24 dev br0
ip link add veth1 address 02:00:00:00:00:11 type veth peer name eth0 netns c1
ip link add veth2 address 02:00:00:00:00:12 type veth peer name veth3
ip link set veth1 master br0
ip link set veth2 master br0
ip link set veth1 up
ip link set veth2 up
ip netns exec c1 ip addr add 10.0.0.2/24 broadcast + dev eth0
ip netns exec c1 ip link set eth0 up
sysctl -qw net.bridge.bridge-nf-call-iptables=1
iptables -A INPUT -p icmp -m conntrack --ctstate INVALID
iptables -A INPUT -p icmp -m conntrack --ctstate NEW
iptables -A INPUT -p icmp -j DROP

look() {
    iptables-save -c | grep icmp
    conntrack -L 2>/dev/null | sed 's/ 2[0-9] / N /'
    conntrack -F 2>/dev/null
    iptables -Z
}

everybody() {
    echo "for everybody$1:"
    ip netns exec c1 ping -b -c1 -W1 -q 10.0.0.255
    look
}

one() {
    echo "for $1:"
    ip netns exec c1 ip neigh replace 10.0.0.1 lladdr "$2" dev eth0
    ip netns exec c1 ping -c1 -W1 -q 10.0.0.1
    look
}

everybody
one "the bridge" 02:00:00:00:00:99
one "its port" 02:00:00:00:00:11
one "another port" 02:00:00:00:00:12
ip link set br0 promisc on
everybody ", and the bridge takes every frame"
one "its port" 02:00:00:00:00:11
one "nobody here" 02:00:00:00:00:55
