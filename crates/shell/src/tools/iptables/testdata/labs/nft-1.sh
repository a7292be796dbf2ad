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
ip netns exec r iptables-restore <<'X'
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -d 10.0.1.1 ! -i r1 -p tcp -m multiport --dports 1024:65535 -m conntrack --ctproto 6 --ctorigdstport 1024:65535 
-A PREROUTING -i r1 ! -p icmp 
-A INPUT -s 9.9.9.9 -p udp -m conntrack ! --ctstatus ASSURED 
-A INPUT  -j RETURN
-A FORWARD -o lo -p udp 
-A FORWARD -d 0.0.0.0/1 -m conntrack ! --ctstate NEW,ESTABLISHED -j ACCEPT
-A POSTROUTING -p icmp -j MARK --set-mark 1
-A POSTROUTING -o r1 -p icmp -m icmp --icmp-type 0 -j MARK --and-mark 0x1
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:U1 - [0:0]
:U2 - [0:0]
-A PREROUTING -s 10.0.2.2 -m pkttype --pkt-type broadcast -j U1
-A PREROUTING ! -d 10.0.2.1 -p icmp -m length ! --length 29:40 -j DNAT --to-destination 10.0.2.1
-A PREROUTING -s 10.0.2.1 -i eth0 -p tcp -m tcp --dport 1024: -m comment --comment hi 
-A U1 -p udp -m conntrack --ctproto 17 ! --ctorigsrcport 81 
-A U1 -p icmp -m icmp --icmp-type 11 
-A U1 -p icmp -m icmp --icmp-type echo-request -m tos ! --tos 0x10 -j RETURN
-A U2 -p icmp -m addrtype --dst-type LOCAL -m conntrack --ctstate ESTABLISHED 
-A U2 -p tcp -m tcp ! --dport 81 -j ACCEPT
-A U2 ! -d 9.9.9.9 -p tcp -j ACCEPT
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT ! -i r2 ! -p icmp -j ACCEPT
-A INPUT -d 10.0.1.0/24 ! -p icmp -m iprange --src-range 10.0.2.0-10.0.2.2 -m conntrack --ctstate RELATED 
-A FORWARD -p icmp -m icmp ! --icmp-type 11 -m statistic --mode nth --every 2 --packet 0 
-A FORWARD -d 0.0.0.0/1 -j ACCEPT
-A OUTPUT ! -d 10.0.1.2 ! -p udp -m statistic --mode nth --every 2 --packet 1 
-A OUTPUT -o r1 
COMMIT
*security
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i eth0 -p udp -m multiport --sports 80,81,7 -m conntrack --ctdir REPLY -j CONNMARK --save-mark
-A INPUT -s 10.0.0.0/255.0.255.0 
-A INPUT -s 9.9.9.9 -p udp -m multiport --dports 7,80:90 -m comment --comment hi -m connmark ! --mark 5 
-A FORWARD ! -s 10.0.2.1 -p udp -m length --length 0:60 
-A FORWARD -p tcp -m tcp --dport 80 -m tcp --tcp-flags SYN,RST,ACK,FIN SYN,ACK -m conntrack --ctstatus SEEN_REPLY -j RETURN
-A OUTPUT -o lo -m length --length 61: -m ttl ! --ttl-eq 63 
-A OUTPUT -p tcp -m tcp --tcp-flags ALL FIN,ACK -j ACCEPT
COMMIT
X
ip netns exec b iptables-restore <<'X'
*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -p icmp -m icmp ! --icmp-type 8 
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:U1 - [0:0]
:U2 - [0:0]
-A PREROUTING -i eth0  SYN,ACK -m mark --mark 2 -m mark --mark 0x3/0x1 -p tcp -j DNAT --to-destination 10.0.1.2:80-81
-A POSTROUTING ! -o r+ ! -p udp -j U2
-A POSTROUTING ! -d 10.0.0.0/255.0.255.0 -p icmp -s 10.0.1.0/24 -j NETMAP --to 10.0.2.0/24
-A POSTROUTING -o r+ -p tcp 
-A U1 -p udp 
-A U1 -s 10.0.1.2 ! -p udp -m conntrack --ctstate ESTABLISHED 
-A U1 -m conntrack ! --ctstate DNAT 
-A U2 -s 0.0.0.0/1 ! -d 10.0.1.2 -p tcp -m connmark --mark 5 -j RETURN
-A U2 -s 10.0.1.1 -m statistic --mode nth --every 2 --packet 0 -j ACCEPT
-A U2 -m state ! --state INVALID -m comment --comment hi -j RETURN
COMMIT
X
ip netns exec a ping -n -c 2 -i 0.2 -W 0.3 -t 1 10.0.2.2
ip netns exec a nc -u -l -p 80 </dev/null >/dev/null 2>&1 & pa=$!
ip netns exec r nc -u -l -p 80 </dev/null >/dev/null 2>&1 & pr=$!
ip netns exec b nc -u -l -p 80 </dev/null >/dev/null 2>&1 & pb=$!
sleep 0.2
echo hello | timeout 1.5 ip netns exec a nc -v -n -u -p 30229 -w 2 10.0.1.1 80 2>&1
kill $pa $pr $pb 2>/dev/null; sleep 0.1
ip netns exec a ping -n -I 10.0.1.3 -c 1 -i 0.2 -W 0.3 10.0.2.2
ip netns exec a nc -l -p 80 </dev/null >/dev/null 2>&1 & pa=$!
ip netns exec r nc -l -p 80 </dev/null >/dev/null 2>&1 & pr=$!
ip netns exec b nc -l -p 80 </dev/null >/dev/null 2>&1 & pb=$!
sleep 0.2
echo hello | timeout 1.5 ip netns exec b nc -v -n -p 21655 -w 2 10.0.2.1 80 2>&1
kill $pa $pr $pb 2>/dev/null; sleep 0.1
ip netns exec r iptables-save -c
ip netns exec b iptables-save -c
