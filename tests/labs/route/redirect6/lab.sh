# A router tells a sender of the better way on its own link, also where DNAT made it so; IPv6 has no switch for it.
for n in a b; do ip netns add $n; done
for n in a b; do ip netns exec $n sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0; done
sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
ip link add br0 address 02:00:00:00:00:01 type bridge forward_delay 0 mcast_snooping 0
for n in a b; do
    ip link add p$n type veth peer name eth0 netns $n address 02:00:00:00:00:0$n
    ip link set p$n master br0
    ip link set p$n up
done
sysctl -q -w net.bridge.bridge-nf-call-ip6tables=0
ip netns exec a ip addr add fd00:1::a/64 dev eth0 nodad
ip netns exec b ip addr add fd00:1::b/64 dev eth0 nodad
ip netns exec b ip addr add fd00:9::b/128 dev eth0 nodad
for n in a b; do ip netns exec $n ip link set eth0 up; done
ip addr add fd00:1::1/64 dev br0 nodad
ip link set br0 up
ip netns exec a ip route add ::/0 via fd00:1::1
ip netns exec b ip route add ::/0 via fd00:1::1
ip netns exec a ip -6 neigh replace fd00:1::1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent
ip netns exec b ip -6 neigh replace fd00:1::a lladdr 02:00:00:00:00:0a dev eth0 nud permanent
ip netns exec b ip -6 neigh replace fd00:1::1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent
ip -6 neigh replace fd00:1::a lladdr 02:00:00:00:00:0a dev br0 nud permanent
ip -6 neigh replace fd00:1::b lladdr 02:00:00:00:00:0b dev br0 nud permanent
sysctl -q -w net.ipv6.conf.all.forwarding=1
sleep 3
ip netns exec a ip6tables -A INPUT -p icmpv6 --icmpv6-type redirect
ip netns exec a sysctl -q -w net.ipv6.conf.eth0.accept_redirects=0
ip6tables -A OUTPUT -p icmpv6 --icmpv6-type redirect -m conntrack --ctstate INVALID

echo "a destination of the link, by DNAT"
ip6tables -t nat -A PREROUTING -d fd00:5::5 -j DNAT --to-destination fd00:1::b
ip netns exec a ping -c1 -W1 -q fd00:5::5 | grep packets
ip netns exec a ip6tables-save -c | grep -e -A
ip6tables-save -c -t filter | grep -e -A
echo "a gateway that is not link-local is not told"
ip route add fd00:9::/64 via fd00:1::b
ip netns exec a ping -c1 -W1 -q fd00:9::b | grep packets
ip netns exec a ip6tables-save -c | grep -e -A
