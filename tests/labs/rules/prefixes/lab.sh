# Network prefixes mapped without state: what leaves as fd00:1::/48 is seen as 2001:db8:1::/48.
ip netns add a
ip netns add b
ip link add left type veth peer name eth0 netns a
ip link add right type veth peer name eth0 netns b
for ns in a b; do ip netns exec $ns sysctl -q -w net.ipv6.conf.eth0.accept_dad=0; done
sysctl -q -w net.ipv6.conf.left.accept_dad=0 net.ipv6.conf.right.accept_dad=0 net.ipv6.conf.all.forwarding=1
ip link set left up
ip link set right up
ip netns exec a ip link set eth0 up
ip netns exec a ip addr add fd00:1:0:1::2/64 dev eth0 nodad
ip netns exec a ip route add default via fd00:1:0:1::1
ip netns exec b ip link set eth0 up
ip netns exec b ip addr add 2001:db8:2::2/64 dev eth0 nodad
ip netns exec b ip route add default via 2001:db8:2::1
ip addr add fd00:1:0:1::1/64 dev left nodad
ip addr add 2001:db8:2::1/64 dev right nodad
ip route add fd00:1:0:2::/64 via fd00:1:0:1::2
sleep 0.2

ip6tables -t mangle -A POSTROUTING -s fd00:1::/48 -o right -j SNPT --src-pfx fd00:1::/48 --dst-pfx 2001:db8:1::/48
ip6tables -t mangle -A PREROUTING -d 2001:db8:1::/48 -i right -j DNPT --src-pfx 2001:db8:1::/48 --dst-pfx fd00:1::/48
ip netns exec b tcpdump -n -i eth0 -c 5 icmp6 and not ip6[40] ">" 129 2>/dev/null > seen &
sleep 0.3

ip netns exec a ping -q -c 1 -e 6 2001:db8:2::2 | grep received
ip netns exec a traceroute -n -q 1 -f 2 -m 2 2001:db8:2::2 | tail -n 1
ip netns exec b ping -q -c 1 -e 7 2001:db8:1:cf48::2 | grep received
sleep 0.2
wait %1
cut -d' ' -f2- seen
ip6tables -t mangle -S -v | grep NPT
