# Lists of sets: the first that has the packet counts.
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
r ipset create one hash:ip counters initval 1
r ipset create two hash:net counters initval 1
r ipset create six hash:ip family inet6 initval 1
r ipset create ports bitmap:port range 1-100
r ipset create all list:set counters comment
r ipset add one 10.0.1.2
r ipset add two 10.0.1.0/24
r ipset add all six
r ipset add all two comment "after six"
r ipset add all one before two
r ipset add all ports
r iptables -A FORWARD -m set --match-set all src
r iptables -A FORWARD -m set --match-set all src ! --update-subcounters
r iptables -A FORWARD -m set --match-set all src ! --update-counters
r iptables -A FORWARD -s 10.0.2.2 -j SET --add-set all src
r iptables -A FORWARD -s 10.0.1.3 -j SET --del-set all src
ip netns exec a ping -c1 -I 10.0.1.2 10.0.2.2 | grep received
ip netns exec a ping -c1 -I 10.0.1.3 10.0.2.2 | grep received
r iptables -L FORWARD -n -v
r ipset list
r ipset destroy two
r ipset del all two; r ipset destroy two; echo $?
r ipset rename one uno
r ipset create uno hash:ip initval 3
r ipset swap one uno
r ipset list one; r ipset list -n
