# -m addrtype in IPv6 with --limit-iface-in: unreachable is what has no route by that interface.
ip netns add a
ip netns add b
ip link add eth0 type veth peer name eth0 netns a
ip link add eth1 type veth peer name eth0 netns b
ip link set lo up
ip addr add fd00:1::1/64 dev eth0 nodad
ip addr add fd00:2::1/64 dev eth1 nodad
ip link set eth0 up
ip link set eth1 up
ip netns exec a ip addr add fd00:1::2/64 dev eth0 nodad
ip netns exec a ip link set eth0 up
ip netns exec b ip addr add fd00:2::2/64 dev eth0 nodad
ip netns exec b ip link set eth0 up
ip netns exec a ip route add ::/0 via fd00:1::1
ip netns exec b ip route add ::/0 via fd00:2::1
ip route add fd00:8::/64 via fd00:2::2
ip route add unreachable fd00:9::/64
sysctl -q -w net.ipv6.conf.all.forwarding=1
sleep 0.1
for tool in ip6tables ip6tables-legacy; do
    echo "# $tool"
    for side in src dst; do
        for ty in UNREACHABLE LOCAL LOCAL,UNREACHABLE; do
            $tool -t mangle -A PREROUTING -p icmpv6 --icmpv6-type 128 -m addrtype --$side-type $ty
            $tool -t mangle -A PREROUTING -p icmpv6 --icmpv6-type 128 -m addrtype --$side-type $ty --limit-iface-in
        done
    done
    for to in fd00:1::1 fd00:2::1 fd00:2::2 fd00:8::1 fd00:9::1 fd00:77::1; do
        ip netns exec a ping -q -c 1 -W 0.5 $to > /tmp/out
        echo "$to"
        $tool -t mangle -S PREROUTING -v | grep type
        $tool -t mangle -Z
    done
    $tool -t mangle -F
done
