# Rules ask hash:ip and hash:net by source and destination; exceptions, counters and references.
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
r ipset create hosts hash:ip counters comment initval 1
r ipset add hosts 10.0.1.2 comment "first of a"
r ipset add hosts 10.0.2.2
r ipset create nets hash:net counters initval 2
r ipset add nets 10.0.0.0/16
r ipset add nets 10.0.1.0/24 nomatch
r ipset add nets 10.0.1.3
r iptables -A FORWARD -m set --match-set hosts src
r iptables -A FORWARD -m set --match-set hosts dst -m comment --comment second
r iptables -A FORWARD -m set --match-set hosts src,dst
r iptables -A FORWARD -m set ! --match-set hosts src
r iptables -A FORWARD -m set --match-set nets src
r iptables -A FORWARD -m set --match-set nets src --return-nomatch
r iptables -A FORWARD -m set ! --match-set nets src
r iptables-legacy -A FORWARD -m set --match-set nets dst ! --update-counters
ip netns exec a ping -c2 -i 0.05 -I 10.0.1.2 10.0.2.2 | grep received
ip netns exec a ping -c1 -I 10.0.1.3 10.0.2.2 | grep received
r iptables -L FORWARD -n -v
r iptables-legacy -L FORWARD -n -v
r ipset list
r ipset save -s
r ipset destroy hosts; echo $?
r ipset flush hosts
r iptables -F; r iptables-legacy -F
r ipset destroy; echo $?
r ipset list -n
