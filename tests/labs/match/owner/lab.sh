# -m owner: sockets of processes, the host's own, and packets of others.
ip netns add a
ip netns add b
ip link add eth0 type veth peer name eth0 netns a
ip link add eth1 type veth peer name eth0 netns b
ip addr add 10.0.0.1/24 dev eth0
ip addr add 10.1.0.1/24 dev eth1
ip link set eth0 up
ip link set eth1 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add default via 10.0.0.1
ip netns exec b ip addr add 10.1.0.2/24 dev eth0
ip netns exec b ip link set eth0 up
ip netns exec b ip route add default via 10.1.0.1
sysctl -w net.ipv4.ip_forward=1
nc -l -n 80 > /tmp/in &
sleep 0.2
for tool in iptables iptables-legacy; do
    echo "# $tool"
    for chain in OUTPUT POSTROUTING; do
        $tool -t mangle -A $chain -p icmp -m owner --socket-exists
        $tool -t mangle -A $chain -p icmp -m owner ! --socket-exists
        $tool -t mangle -A $chain -p icmp -m owner --uid-owner 0
        $tool -t mangle -A $chain -p icmp -m owner ! --uid-owner 0
        $tool -t mangle -A $chain -p icmp -m owner --gid-owner 0 --uid-owner 0-9
        $tool -t mangle -A $chain -p icmp -m owner ! --gid-owner 5
        $tool -t mangle -A $chain -p icmp -m owner --socket-exists ! --uid-owner 7
        $tool -t mangle -A $chain -p tcp --tcp-flags RST RST -m owner --socket-exists
        $tool -t mangle -A $chain -p tcp --tcp-flags RST RST -m owner --uid-owner 0
        $tool -t mangle -A $chain -p tcp --tcp-flags SYN,ACK SYN,ACK -m owner --uid-owner 0
    done
    ping -q -c 1 10.0.0.2 > /tmp/out
    ip netns exec a ping -q -c 2 -i 0.01 10.0.0.1 > /tmp/out
    ip netns exec a ping -q -c 3 -i 0.01 10.1.0.2 > /tmp/out
    ip netns exec a ping -q -c 1 -W 0.2 10.9.9.9 > /tmp/out
    ip netns exec a nc -z -n -w 1 10.0.0.1 81
    ip netns exec a nc -z -n -w 1 10.0.0.1 80
    $tool -t mangle -S -v
    $tool -t mangle -F
done
