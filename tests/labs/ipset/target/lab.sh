# -j SET adds, deletes, gives timeouts and takes marks from a set.
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
r ipset create seen hash:ip timeout 100 counters initval 1
r ipset create pairs hash:ip,port,ip initval 1
r ipset create nets hash:net initval 1
r ipset create small hash:ip maxelem 1 initval 1
r ipset create marks hash:net skbinfo initval 1
r ipset create ports bitmap:port range 0-100
r ipset add marks 10.0.1.0/24 skbmark 0x12/0xff skbprio 1:20
r ipset add marks 10.0.1.3 skbmark 0x34
r iptables -A FORWARD -s 10.0.1.0/24 -j SET --add-set seen src --timeout 30
r iptables -A FORWARD -s 10.0.1.3 -j SET --add-set seen src --exist --timeout 0
r iptables -A FORWARD -s 10.0.1.0/24 -j SET --add-set pairs src,dst,dst
r iptables -A FORWARD -s 10.0.1.0/24 -j SET --add-set nets dst
r iptables -A FORWARD -s 10.0.1.0/24 -j SET --add-set small src
r iptables -A FORWARD -s 10.0.1.0/24 -j SET --add-set ports dst
r iptables -t mangle -A FORWARD -j SET --map-set marks src --map-mark
r iptables -A FORWARD -m mark --mark 0x12
r iptables -A FORWARD -m mark --mark 0x34
r iptables -A FORWARD -m set --match-set seen src
ip netns exec a ping -c2 -i 0.05 -I 10.0.1.2 10.0.2.2 | grep received
ip netns exec a ping -c1 -I 10.0.1.3 10.0.2.2 | grep received
sleep 0.05
r iptables -L FORWARD -n -v
r iptables -t mangle -L FORWARD -n -v
r ipset list -s
r ipset add nets 10.0.0.0/12
r ipset del nets 10.0.2.2
r iptables -A FORWARD -s 10.0.1.2 -j SET --del-set seen src
ip netns exec a ping -c1 -I 10.0.1.2 10.0.2.2 | grep received
r ipset list nets
r ipset list seen -t
