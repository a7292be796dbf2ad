ip netns add a; ip netns add r; ip netns add b
ip link add r1 netns r type veth peer name eth0 netns a
ip link add r2 netns r type veth peer name eth0 netns b
for n in a r b; do ip -n $n link set lo up; done
ip netns exec a sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip netns exec r sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip netns exec b sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip -n a link set eth0 up; ip -n b link set eth0 up; ip -n r link set r1 up; ip -n r link set r2 up
ip -n a addr add 10.0.1.2/24 dev eth0; ip -n a addr add 10.0.1.3/24 dev eth0; ip -n r addr add 10.0.1.1/24 dev r1
ip -n b addr add 10.0.2.2/24 dev eth0; ip -n r addr add 10.0.2.1/24 dev r2
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
ip netns exec b iptables-legacy-restore <<'X'
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -s 10.0.2.2 -p icmp -m conntrack --ctproto 6 --ctreplsrcport 1:100 -m conntrack --ctproto 17 --ctreplsrcport 1:100 -j DSCP --set-dscp 8
-A PREROUTING -s 10.0.1.2 -m conntrack ! --ctexpire 100:500000 -m conntrack --ctexpire 30:1000 -j ACCEPT
-A PREROUTING -m comment --comment hi -j CONNMARK --set-mark 1
-A FORWARD ! -o lo -m addrtype ! --src-type LOCAL,BROADCAST -j CONNMARK --or-mark 4
-A FORWARD -s 10.0.2.1 -m pkttype ! --pkt-type broadcast -m ttl --ttl-lt 64 -j TOS --set-tos 0x10
-A FORWARD -d 10.0.2.2 -p tcp -m tcp --dport 80 -m ttl --ttl-lt 64 -j RETURN
-A POSTROUTING ! -s 10.0.1.1 -p icmp -m icmp ! --icmp-type echo-request -m state --state ESTABLISHED -j MARK --set-xmark 0x3/0x3
-A POSTROUTING -m state --state ESTABLISHED -m conntrack --ctproto 1 
-A POSTROUTING ! -s 0.0.0.0/1 -j TTL --ttl-inc 1
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -d 9.9.9.9 ! -p icmp -m conntrack --ctrepldst 10.0.1.1 -m addrtype --dst-type LOCAL --limit-iface-in 
-A PREROUTING -d 10.0.1.1 -m conntrack ! --ctstate ESTABLISHED -p tcp -j DNAT --to-destination 10.0.2.2:80
-A PREROUTING -i eth0  -p udp -j REDIRECT --to-ports 7
-A INPUT -d 10.0.2.2 -p tcp -m multiport --sports 7,80:90 -j ACCEPT
-A INPUT -m addrtype --dst-type LOCAL --limit-iface-in -j ACCEPT
-A INPUT -s 0.0.0.0/1 -p icmp -m ttl --ttl-eq 64 -j ACCEPT
-A OUTPUT -s 10.0.1.2  -p udp -m udp ! --dport 1024: -m mark --mark 0x3/0x1 -m tos --tos 0x10 -d 10.0.9.0/24 -j NETMAP --to 10.0.2.0/24
-A POSTROUTING ! -s 9.9.9.9 -d 10.0.1.2  -m iprange --src-range 10.0.2.0-10.0.2.2 -p udp -j MASQUERADE --to-ports 5000
-A POSTROUTING -p udp -m udp --dport 80 -m comment --comment hi -j SNAT --to-source 10.0.2.1
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -s 10.0.2.2 -i eth0 -j ACCEPT
-A INPUT ! -s 10.0.2.1 -m addrtype --dst-type LOCAL --limit-iface-in 
-A INPUT -s 10.0.1.0/24 ! -d 10.0.1.1 -i r+ -p icmp -m icmp --icmp-type 3/1 -m conntrack ! --ctproto 1 -m conntrack --ctdir ORIGINAL 
-A OUTPUT -s 10.0.2.2 -d 10.0.2.1 ! -o eth0 -m addrtype --dst-type LOCAL -j ACCEPT
-A OUTPUT ! -o r+ -p icmp -m icmp ! --icmp-type echo-request -m pkttype ! --pkt-type broadcast -j CONNMARK --save-mark
-A OUTPUT -s 10.0.1.3 -d 9.9.9.9 -p icmp -m icmp ! --icmp-type 8 -m conntrack --ctdir ORIGINAL -m conntrack --ctdir REPLY -j REJECT
COMMIT
X
ip netns exec a nc -l -p 80 </dev/null >/dev/null 2>&1 & pa=$!
ip netns exec r nc -l -p 80 </dev/null >/dev/null 2>&1 & pr=$!
ip netns exec b nc -l -p 80 </dev/null >/dev/null 2>&1 & pb=$!
sleep 0.2
echo hello | timeout 1.5 ip netns exec b nc -v -n -p 30029 -w 2 10.0.2.1 80 2>&1
kill $pa $pr $pb 2>/dev/null; sleep 0.1
ip netns exec a nc -u -l -p 80 </dev/null >/dev/null 2>&1 & pa=$!
ip netns exec r nc -u -l -p 80 </dev/null >/dev/null 2>&1 & pr=$!
ip netns exec b nc -u -l -p 80 </dev/null >/dev/null 2>&1 & pb=$!
sleep 0.2
echo hello | timeout 1.5 ip netns exec b nc -v -n -u -p 17120 -w 2 10.0.2.1 80 2>&1
kill $pa $pr $pb 2>/dev/null; sleep 0.1
ip netns exec a ping -n -c 2 -i 0.2 -W 0.3 10.0.2.2
ip netns exec a nc -l -p 80 </dev/null >/dev/null 2>&1 & pa=$!
ip netns exec r nc -l -p 80 </dev/null >/dev/null 2>&1 & pr=$!
ip netns exec b nc -l -p 7 </dev/null >/dev/null 2>&1 & pb=$!
sleep 0.2
echo hello | timeout 1.5 ip netns exec r nc -v -n -p 34971 -w 2 10.0.2.2 7 2>&1
kill $pa $pr $pb 2>/dev/null; sleep 0.1
ip netns exec b iptables-legacy-save -c
