# -m owner: the copy of a broadcast that a host keeps goes first and has no socket; nor has an IPv6 RST of the kernel.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
sysctl -q -w net.ipv6.conf.eth0.accept_dad=0
ip addr add 10.0.0.1/24 brd + dev eth0
ip addr add fd00::1/64 dev eth0 nodad
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip addr add fd00::2/64 dev eth0 nodad
ip netns exec a ip link set eth0 up
sleep 0.1
for six in "" 6; do
    for tool in ip${six}tables ip${six}tables-legacy; do
        echo "# $tool"
        for chain in OUTPUT POSTROUTING; do
            $tool -t mangle -A $chain -p tcp --tcp-flags RST RST -m owner --socket-exists
            $tool -t mangle -A $chain -p tcp --tcp-flags RST RST -m owner ! --socket-exists
            $tool -t mangle -A $chain -p udp -m owner --uid-owner 0
            $tool -t mangle -A $chain -p udp -m owner ! --uid-owner 0
        done
        ip netns exec a nc -z -n -w 1 10.0.0.1 81
        ip netns exec a nc -z -n -w 1 fd00::1 81
        echo x | nc -u -b -n -w 1 -q 0 10.0.0.255 9
        sleep 0.1
        $tool -t mangle -S -v
        $tool -t mangle -F
    done
done
