# Comparisons of an element's counters, and rules that leave counters alone.
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
r ipset create s hash:ip counters initval 1
r ipset add s 10.0.1.2
r ipset create plain hash:ip initval 1
r ipset add plain 10.0.1.2
r iptables -A FORWARD -m set --match-set s src ! --update-counters
r iptables -A FORWARD -m set --match-set s src --packets-eq 2
r iptables -A FORWARD -m set --match-set s src ! --packets-eq 2 ! --update-counters
r iptables -A FORWARD -m set --match-set s src --packets-gt 2 ! --update-counters
r iptables -A FORWARD -m set --match-set s src --packets-lt 2 --bytes-gt 10 ! --update-counters
r iptables -A FORWARD -m set ! --match-set s src --bytes-eq 168 ! --update-counters
r iptables -A FORWARD -m set --match-set plain src --packets-gt 5
ip netns exec a ping -c4 -i 0.05 -I 10.0.1.2 10.0.2.2 | grep received
r iptables -L FORWARD -n -v
r ipset list
