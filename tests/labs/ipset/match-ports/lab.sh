# Rules ask sets with ports: TCP, UDP and ICMP.
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
r ipset create ip-port hash:ip,port counters initval 1
r ipset add ip-port 10.0.2.2,80
r ipset add ip-port 10.0.2.2,udp:53
r ipset add ip-port 10.0.2.2,icmp:ping
r ipset add ip-port 10.0.1.2,icmp:0/0
r ipset create ip-port-net hash:ip,port,net counters initval 1
r ipset add ip-port-net 10.0.2.2,80-81,10.0.1.0/24
r ipset add ip-port-net 10.0.2.2,udp:53,10.0.1.2 nomatch
r ipset create ip-port-ip hash:ip,port,ip counters initval 1
r ipset add ip-port-ip 10.0.1.2,udp:53,10.0.2.2
r ipset create net-port hash:net,port counters initval 1
r ipset add net-port 10.0.0.0/8,tcp:80
r ipset add net-port 10.0.2.0/24,udp:50-60
r ipset create ports bitmap:port range 1-1024 counters
r ipset add ports 80
r ipset add ports 53
r iptables -A FORWARD -m set --match-set ip-port dst,dst
r iptables -A FORWARD -m set --match-set ip-port src,src
r iptables -A FORWARD -m set --match-set ip-port src
r iptables -A FORWARD -m set --match-set ip-port-net dst,dst,src
r iptables -A FORWARD -m set --match-set ip-port-ip src,dst,dst
r iptables -A FORWARD -m set --match-set net-port dst,dst
r iptables -A FORWARD -m set --match-set ports dst
r iptables -A FORWARD -m set --match-set ports src
ip netns exec b nc -l -p 80 > /dev/null &
ip netns exec b nc -u -l -p 53 > /dev/null &
sleep 0.2
echo hello | ip netns exec a nc -q 0 -w 1 10.0.2.2 80
echo hello | ip netns exec a nc -u -q 0 -w 1 -p 40000 10.0.2.2 53
ip netns exec a ping -c1 10.0.2.2 | grep received
sleep 0.2
kill %2
r iptables -L FORWARD -n -v
r ipset list ip-port
r ipset list ip-port-net
r ipset list net-port
r ipset list ports
