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
ip netns exec a iptables-restore <<'X'
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -s 10.0.1.2 -p udp -m udp ! --sport 1:100 
-A INPUT  -j ACCEPT
-A INPUT -p udp -m udp ! --dport 80 -m conntrack ! --ctstatus SEEN_REPLY,ASSURED -j DSCP --set-dscp 8
-A OUTPUT -s 0.0.0.0/1 -d 10.0.2.0/24 -p udp -m udp ! --dport :1023 -j ACCEPT
-A POSTROUTING -d 10.0.1.1 -o r+ -p tcp -m multiport --dports 7,80:90 -m conntrack --ctproto 6 --ctorigsrcport 81 -m conntrack --ctstatus ASSURED -j RETURN
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -i r2 -p tcp -m conntrack --ctexpire 100:500000 -j ACCEPT
-A PREROUTING -s 9.9.9.9 -p udp -m multiport ! --dports 80 -j RETURN
-A PREROUTING -p tcp -m comment --comment hi -m tos --tos 0x10 -j DNAT --to-destination 10.0.2.1
-A OUTPUT ! -o r+ -p icmp -m icmp --icmp-type 3 -m comment --comment hi -j ACCEPT
-A OUTPUT  -p icmp -m conntrack --ctexpire 100:500000 -d 10.0.9.0/24 -j NETMAP --to 10.0.2.0/24
-A OUTPUT -d 10.0.1.2 -p tcp -m tcp ! --sport 7 -m addrtype --src-type LOCAL,BROADCAST -j ACCEPT
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -d 10.0.1.0/24 -p udp -j REJECT
-A OUTPUT -d 10.0.1.2 -o r1 -p icmp -m icmp ! --icmp-type 0 -m addrtype --src-type UNSPEC -m pkttype ! --pkt-type broadcast 
-A OUTPUT -o lo -j DROP
COMMIT
*security
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:U1 - [0:0]
:U2 - [0:0]
-A INPUT ! -i r+ -p tcp -m tcp --tcp-flags ALL FIN,ACK -m conntrack ! --ctexpire 30:1000 -j LOG --log-prefix x
-A FORWARD -s 9.9.9.9 -p tcp -m tcp ! --dport 80 -m tcp --syn -m conntrack --ctstate ESTABLISHED -m iprange --dst-range 10.0.1.1-10.0.2.1 
-A FORWARD  -g U1
-A FORWARD -i r1 -p tcp -m conntrack --ctdir REPLY -m conntrack --ctstatus ASSURED 
-A OUTPUT -d 0.0.0.0/1 -o r2 -m state ! --state NEW -m conntrack --ctproto 6 
-A OUTPUT -p tcp -m tcp --sport 81 -g U1
-A OUTPUT -s 9.9.9.9 -d 10.0.1.1 -j U2
-A U1 -s 9.9.9.9 -p icmp -m icmp ! --icmp-type 8 -m conntrack --ctstate UNTRACKED 
-A U1 ! -p tcp 
-A U1 -p tcp -m tcp --sport 1024: -m statistic --mode nth --every 3 --packet 0 
-A U2 -d 10.0.1.0/24 ! -p udp -m state --state INVALID 
-A U2 -d 10.0.1.0/24 -m addrtype --dst-type LOCAL -m conntrack --ctdir ORIGINAL 
-A U2 -s 10.0.1.1 -d 0.0.0.0/1 -p udp -m udp --dport 80 -j ACCEPT
COMMIT
X
ip netns exec r iptables-restore <<'X'
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:U1 - [0:0]
:U2 - [0:0]
-A INPUT -s 10.0.1.2 ! -d 10.0.2.2 -m comment --comment hi -j CONNMARK --or-mark 4
-A INPUT -d 10.0.1.1 -p icmp -m icmp --icmp-type 8 -m conntrack --ctstatus SEEN_REPLY,ASSURED -j RETURN
-A INPUT -d 0.0.0.0/1 ! -i r1 -p icmp -m icmp ! --icmp-type any -j CONNMARK --save-mark
-A FORWARD -d 0.0.0.0/1 
-A FORWARD -i r+ -p icmp -m icmp --icmp-type 11 -j TTL --ttl-inc 1
-A POSTROUTING ! -o r1 -m conntrack ! --ctreplsrc 10.0.1.3 -m pkttype --pkt-type broadcast -j MARK --set-xmark 0x3/0x3
-A POSTROUTING -d 10.0.1.1 -m iprange --src-range 10.0.2.0-10.0.2.2 -m conntrack ! --ctrepldst 10.0.1.3 
-A U1 -m length ! --length 0:60 -m ttl --ttl-eq 64 -j CONNMARK --save-mark --mask 1
-A U1  -j RETURN
-A U1 ! -s 0.0.0.0/1 -p icmp -m conntrack ! --ctstatus CONFIRMED 
-A U2 ! -s 9.9.9.9 ! -d 10.0.2.2 -p icmp -m icmp ! --icmp-type 8 -j TOS --set-tos 0x10
-A U2 ! -s 10.0.1.0/24 -d 10.0.1.2 -p icmp -j TOS --or-tos 0x20
-A U2 -s 10.0.2.1 -p udp -m multiport --ports 80 -j DSCP --set-dscp 8
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -d 0.0.0.0/1 -p tcp -m tcp ! --dport 1024: -j REDIRECT
-A PREROUTING -p icmp -m icmp --icmp-type 11 -m conntrack --ctexpire 30:1000 
-A PREROUTING -s 10.0.2.2 -d 10.0.0.0/255.0.255.0  -p udp -j REDIRECT --to-ports 7
-A OUTPUT ! -s 10.0.1.3 -d 9.9.9.9 -m conntrack ! --ctexpire 100:500000 
-A OUTPUT -p icmp -m icmp --icmp-type echo-request -m connmark ! --mark 5 -j RETURN
-A OUTPUT -o r1 -p tcp -m multiport ! --dports 1024:65535 -m tos --tos 0x00 -m length --length 0:60 -j RETURN
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p icmp 
-A INPUT -d 10.0.1.2 -i r1 
-A INPUT -p udp 
-A FORWARD -o r2 -p tcp -m tcp --sport 1024: -m tcp --syn -m state --state UNTRACKED -m addrtype --dst-type LOCAL --limit-iface-in -j ACCEPT
-A OUTPUT -p udp -m udp --sport 1024: -j ACCEPT
-A OUTPUT -o r2 -p icmp -m icmp ! --icmp-type echo-request -m mark --mark 5 -m pkttype ! --pkt-type multicast -j ACCEPT
COMMIT
X
ip netns exec r ping -n -c 2 -i 0.2 -W 0.3 -t 1 10.0.2.2
ip netns exec a ping -n -c 2 -i 0.2 -W 0.3 -Q 32 10.0.2.2
ip netns exec a nc -l -p 7 </dev/null >/dev/null 2>&1 & pa=$!
ip netns exec r nc -l -p 7 </dev/null >/dev/null 2>&1 & pr=$!
ip netns exec b nc -l -p 80 </dev/null >/dev/null 2>&1 & pb=$!
sleep 0.2
echo hello | timeout 1.5 ip netns exec r nc -v -n -p 2647 -w 2 10.0.1.2 7 2>&1
kill $pa $pr $pb 2>/dev/null; sleep 0.1
ip netns exec a nc -l -p 80 </dev/null >/dev/null 2>&1 & pa=$!
ip netns exec r nc -l -p 81 </dev/null >/dev/null 2>&1 & pr=$!
ip netns exec b nc -l -p 81 </dev/null >/dev/null 2>&1 & pb=$!
sleep 0.2
echo hello | timeout 1.5 ip netns exec a nc -v -n -p 28208 -w 2 10.0.2.2 81 2>&1
kill $pa $pr $pb 2>/dev/null; sleep 0.1
ip netns exec a iptables-save -c
ip netns exec r iptables-save -c
