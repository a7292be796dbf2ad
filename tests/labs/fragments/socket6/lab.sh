# A rule that looks for a socket has fragments put together, as connection tracking does, and only as long as it is there.
ip netns add a
for ns in a; do ip netns exec $ns sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0; done
sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
ip link add out address 02:00:00:00:00:01 type veth peer name eth0 netns a address 02:00:00:00:00:0a
ip netns exec a ip addr add fd00::2/64 dev eth0 nodad
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add fd00::1/64 dev out nodad
ip addr add 10.0.0.1/24 dev out
ip link set out up
ip -6 neigh replace fd00::2 lladdr 02:00:00:00:00:0a dev out nud permanent
ip netns exec a ip -6 neigh replace fd00::1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent
sleep 3
for tool in iptables ip6tables; do
    case $tool in
    iptables) to=10.0.0.1 what=icmp ;;
    *) to=fd00::1 what=icmpv6 ;;
    esac
    for rule in "-m socket" "-p tcp -j TPROXY --on-port 80"; do
        echo "$tool $rule"
        $tool -t raw -A PREROUTING -p $what
        $tool -t mangle -A PREROUTING $rule
        ip netns exec a ping -c1 -q -s 3000 $to | grep packets
        $tool-save -c -t raw | grep -e -A
        $tool -t mangle -F PREROUTING
        ip netns exec a ping -c1 -q -s 3000 $to | grep packets
        $tool-save -c -t raw | grep -e -A
        $tool -t raw -F PREROUTING
    done
done
