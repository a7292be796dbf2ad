# Sets of interfaces and Ethernet addresses, by the packets that pass.
ip netns add r; ip netns add a; ip netns add b
ip link add name eth0 netns r address 02:00:00:00:01:01 type veth peer name eth0 netns a address 02:00:00:00:01:02
ip link add name eth1 netns r address 02:00:00:00:02:01 type veth peer name eth0 netns b address 02:00:00:00:02:02
ip -n r addr add 10.0.1.1/24 dev eth0; ip -n a addr add 10.0.1.2/24 dev eth0; ip -n a addr add 10.0.1.3/24 dev eth0
ip -n r addr add 10.0.2.1/24 dev eth1; ip -n b addr add 10.0.2.2/24 dev eth0
for n in r a b; do ip netns exec $n sysctl -q -w net.ipv6.conf.all.disable_ipv6=1; ip -n $n link set lo up; done
ip -n r link set eth0 up; ip -n r link set eth1 up; ip -n a link set eth0 up; ip -n b link set eth0 up
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip netns exec r sysctl -q -w net.ipv4.ip_forward=1
r() { ip netns exec r "$@"; }
r ipset create net-if hash:net,iface counters initval 1
r ipset add net-if 10.0.1.0/24,eth0
r ipset add net-if 10.0.2.0/24,eth1
r ipset add net-if 10.0.0.0/8,eth wildcard
r ipset add net-if 10.0.2.0/28,eth0 nomatch
r ipset create ip-mac bitmap:ip,mac range 10.0.1.0/24 counters timeout 100
r ipset add ip-mac 10.0.1.2,02:00:00:00:01:02
r ipset add ip-mac 10.0.1.3 timeout 50
r ipset add ip-mac 10.0.1.4,02:00:00:00:01:09
r iptables -A FORWARD -m set --match-set net-if src,src
r iptables -A FORWARD -m set --match-set net-if dst,dst
r iptables -A FORWARD -m set --match-set net-if src,dst
r iptables -A FORWARD -m set --match-set ip-mac src,src
r iptables -A FORWARD -m set --match-set ip-mac src,dst
r iptables -A FORWARD -m mac --mac-source 02:00:00:00:01:02
r iptables -A FORWARD -m mac ! --mac-source 02:00:00:00:01:02
r iptables -A OUTPUT -m set --match-set net-if src,src
ip netns exec a ping -c1 -I 10.0.1.2 10.0.2.2 | grep received
ip netns exec a ping -c1 -I 10.0.1.3 10.0.2.2 | grep received
ip netns exec r ping -c1 10.0.2.2 | grep received
sleep 0.05
r iptables -L -n -v
r ipset list
