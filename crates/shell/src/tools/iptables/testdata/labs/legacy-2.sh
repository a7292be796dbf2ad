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
ip netns exec a iptables-legacy-restore <<'X'
*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -p udp -m udp ! --dport 7 
-A PREROUTING -d 10.0.1.2 ! -i r1 -p icmp -m icmp ! --icmp-type 8 
-A OUTPUT -d 0.0.0.0/1 ! -p tcp 
-A OUTPUT -m state ! --state INVALID -j ACCEPT
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:U1 - [0:0]
:U2 - [0:0]
-A PREROUTING ! -i r1 -p icmp -m icmp --icmp-type 3/3 
-A PREROUTING -m conntrack ! --ctstate SNAT -m tos --tos 0x10 -j TTL --ttl-set 10
-A INPUT -p icmp -m icmp ! --icmp-type 3/3 -j RETURN
-A INPUT ! -s 10.0.2.2 -d 10.0.0.0/255.0.255.0 -m comment --comment hi -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A INPUT ! -s 0.0.0.0/1 -i r2 -p tcp -m tcp --tcp-option 8 -m conntrack --ctdir REPLY -m pkttype ! --pkt-type multicast -j MARK --or-mark 2
-A FORWARD ! -d 0.0.0.0/1 -p udp -m multiport --dports 1:100 -m conntrack ! --ctproto 17 -m conntrack --ctproto 17 
-A FORWARD -s 10.0.1.2 -d 10.0.2.0/24 -p icmp -m icmp ! --icmp-type 3 -m conntrack --ctproto 6 --ctrepldstport 1:100 -j U1
-A OUTPUT ! -d 10.0.2.1 -j LOG
-A POSTROUTING -d 10.0.0.0/255.0.255.0 ! -p icmp -m length --length 61: -j CONNMARK --set-mark 2
-A POSTROUTING -d 10.0.2.2 -m pkttype --pkt-type multicast -j CONNMARK --save-mark --mask 1
-A U1 ! -d 10.0.1.2 -p udp -m udp --sport 7 -m conntrack ! --ctexpire 100:500000 -m comment --comment hi -j U2
-A U1 -s 10.0.2.0/24 -p icmp -m icmp --icmp-type 5 -m conntrack --ctproto 17 ! --ctreplsrcport 81 -m conntrack --ctdir ORIGINAL 
-A U1 -p tcp -m multiport ! --sports 80 -m tcp --syn -m state --state NEW -j ACCEPT
-A U2 -p tcp -m tcp --tcp-flags RST RST -j RETURN
-A U2 -p tcp 
-A U2 -s 10.0.1.1 ! -d 10.0.2.2 -p udp -m udp ! --sport 1:100 -m conntrack ! --ctstate DNAT -j CONNMARK --save-mark --mask 1
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:U1 - [0:0]
:U2 - [0:0]
-A PREROUTING -p tcp -m tcp ! --dport 7 -m conntrack ! --ctstatus NONE -j REDIRECT
-A PREROUTING -s 9.9.9.9 -p icmp -m icmp ! --icmp-type 5 -m mark --mark 0 -m iprange ! --dst-range 10.0.2.0-10.0.2.2 -j ACCEPT
-A INPUT ! -i eth0 
-A OUTPUT ! -s 9.9.9.9 ! -o r1 -m dscp --dscp 4 -j U2
-A OUTPUT ! -s 10.0.0.0/255.0.255.0  -p tcp -j DNAT --to-destination 10.0.2.1:80-81
-A U1 -d 10.0.0.0/255.0.255.0 -p tcp -m tcp --sport 1024: -m tcp --tcp-flags RST RST -m conntrack ! --ctstatus ASSURED -g U2
-A U1 -s 9.9.9.9 
-A U1 -p icmp -m icmp --icmp-type echo-request -m conntrack ! --ctorigdst 9.9.9.9 -j U2
-A U2 -d 10.0.2.2 -p tcp 
-A U2 -p tcp -m tcp --dport 1024: -j RETURN
-A U2 -p tcp -m comment --comment hi 
COMMIT
X
ip netns exec r iptables-legacy-restore <<'X'
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:U1 - [0:0]
:U2 - [0:0]
-A PREROUTING -s 10.0.2.2 ! -d 10.0.2.2 -p udp -m state --state INVALID 
-A PREROUTING -d 10.0.0.0/255.0.255.0 -m conntrack --ctdir ORIGINAL 
-A PREROUTING -d 10.0.1.1 ! -p udp -m conntrack ! --ctstatus SEEN_REPLY,ASSURED -m pkttype ! --pkt-type multicast -j MARK --set-mark 1
-A INPUT ! -d 10.0.1.0/24 -j MARK --or-mark 2
-A FORWARD ! -d 10.0.2.2 -m pkttype --pkt-type unicast -j U2
-A FORWARD -p udp -m multiport ! --ports 1:100 -j MARK --set-xmark 0x3/0x3
-A FORWARD -i r+ -j MARK --set-xmark 0x3/0x3
-A OUTPUT ! -s 0.0.0.0/1 -o eth0 -p udp -j CONNMARK --save-mark
-A OUTPUT ! -d 10.0.2.0/24 -p icmp -m icmp ! --icmp-type 3/3 -m conntrack ! --ctexpire 1:119 
-A OUTPUT ! -o r2 -p icmp -m icmp --icmp-type 3 -m conntrack ! --ctproto 6 -j MARK --set-xmark 0x3/0x3
-A POSTROUTING -p udp -m multiport --sports 80,81,7 
-A U1 ! -s 0.0.0.0/1 -p icmp -m icmp --icmp-type 5 -m addrtype --dst-type LOCAL -j TOS --or-tos 0x20
-A U1 -p icmp -m icmp --icmp-type 5 -j DSCP --set-dscp 8
-A U1 -m tos --tos 0x10 -j RETURN
-A U2 ! -p udp 
-A U2 -d 10.0.1.2 -p tcp -m multiport --sports 1024:65535 -m tcp --syn -j RETURN
-A U2 -s 10.0.2.2 ! -p tcp -m conntrack --ctproto 17 --ctrepldstport 80 -j MARK --xor-mark 3
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -d 10.0.1.3 -i lo -p tcp -m tcp --sport 7 -m conntrack --ctproto 1 -j REDIRECT
-A PREROUTING -p tcp -m tcp ! --dport :1023 -m state ! --state UNTRACKED -j ACCEPT
-A PREROUTING ! -i r1 -p udp -m udp ! --sport 1:100 -m state --state NEW -j REDIRECT
-A INPUT -s 10.0.2.2 -j SNAT --to-source 10.0.2.2
-A OUTPUT -s 10.0.2.1 -p udp -m udp --sport 1024: 
-A OUTPUT  -m length --length 0:60 -p tcp -j DNAT --to-destination 10.0.2.1:81
-A OUTPUT -s 10.0.2.2 -d 10.0.1.3 -o r+  -p tcp -j DNAT --to-destination :80
-A POSTROUTING ! -d 10.0.2.1 -o r1 -p udp -m length --length 0:60 -j MASQUERADE
-A POSTROUTING -d 10.0.1.1  -p tcp -j SNAT --to-source 10.0.2.1:3000-3010
-A POSTROUTING  -j SNAT --to-source 10.0.2.1
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:U1 - [0:0]
:U2 - [0:0]
-A INPUT ! -s 0.0.0.0/1 -d 10.0.2.2 -p icmp -m icmp --icmp-type 0 -m statistic --mode nth --every 3 --packet 0 -m comment --comment hi 
-A INPUT -m conntrack --ctproto 17 -j ACCEPT
-A INPUT -s 0.0.0.0/1 -i eth0 -p icmp -m comment --comment hi 
-A FORWARD  
-A FORWARD ! -d 10.0.0.0/255.0.255.0 -p tcp -m tcp ! --sport 80 -m mark --mark 0 
-A OUTPUT -p tcp -m tcp ! --dport 7 -m tcp --tcp-flags ALL FIN,ACK -j U1
-A OUTPUT ! -d 10.0.2.0/24 -m dscp ! --dscp 4 -m conntrack ! --ctexpire 100:500000 
-A OUTPUT -p udp -m udp --sport 80 
-A U1 ! -p icmp 
-A U1 -s 10.0.2.2 -d 10.0.2.2 -p udp -m multiport --ports 1024:65535 
-A U1 -d 10.0.1.1 ! -p udp -j DROP
-A U2 -d 10.0.1.1 
-A U2 ! -d 10.0.2.2 
-A U2 ! -d 10.0.2.2 -p tcp 
COMMIT
X
ip netns exec r ping -n -c 2 -i 0.2 -W 0.3 10.0.2.2
ip netns exec a ping -n -I 10.0.1.3 -c 1 -i 0.2 -W 0.3 10.0.1.1
ip netns exec a nc -l -p 81 </dev/null >/dev/null 2>&1 & pa=$!
ip netns exec r nc -l -p 80 </dev/null >/dev/null 2>&1 & pr=$!
ip netns exec b nc -l -p 81 </dev/null >/dev/null 2>&1 & pb=$!
sleep 0.2
echo hello | timeout 1.5 ip netns exec r nc -v -n -p 46107 -w 2 10.0.1.2 81 2>&1
kill $pa $pr $pb 2>/dev/null; sleep 0.1
ip netns exec a nc -u -l -p 80 </dev/null >/dev/null 2>&1 & pa=$!
ip netns exec r nc -u -l -p 80 </dev/null >/dev/null 2>&1 & pr=$!
ip netns exec b nc -u -l -p 80 </dev/null >/dev/null 2>&1 & pb=$!
sleep 0.2
echo hello | timeout 1.5 ip netns exec a nc -v -n -u -p 19838 -w 2 10.0.2.2 80 2>&1
kill $pa $pr $pb 2>/dev/null; sleep 0.1
ip netns exec a iptables-legacy-save -c
ip netns exec r iptables-legacy-save -c
