ip netns add a; ip netns add r; ip netns add b
ip link add r1 netns r type veth peer name eth0 netns a
ip link add r2 netns r type veth peer name eth0 netns b
for n in a r b; do ip -n $n link set lo up; done
ip -n a link set eth0 up; ip -n b link set eth0 up; ip -n r link set r1 up; ip -n r link set r2 up
ip -n a addr add fd01::2/64 nodad dev eth0; ip -n a addr add fd01::3/64 nodad dev eth0; ip -n r addr add fd01::1/64 nodad dev r1
ip -n b addr add fd02::2/64 nodad dev eth0; ip -n r addr add fd02::1/64 nodad dev r2
ip -n a route add default via fd01::1; ip -n b route add default via fd02::1
ip netns exec r sysctl -qw net.ipv6.conf.all.forwarding=1
sleep 2.5
ip netns exec r ip6tables-restore <<'X'
*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:U1 - [0:0]
:U2 - [0:0]
-A PREROUTING -d ff00::/8 -m comment --comment nd -j ACCEPT
-A PREROUTING -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A PREROUTING -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A OUTPUT -d ff00::/8 -m comment --comment nd -j ACCEPT
-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A PREROUTING -s fd02::/64 -p udp -m udp ! --dport 81 
-A PREROUTING -i r1 -j ACCEPT
-A U1 -s fd02::/64 -p ipv6-icmp -m icmp6 ! --icmpv6-type 129 -m dscp ! --dscp 8 -m conntrack --ctproto 1 -j ACCEPT
-A U1 -p ipv6-icmp -m icmp6 --icmpv6-type 1/3 -m state --state RELATED,ESTABLISHED 
-A U1 -m addrtype --dst-type UNICAST -m pkttype ! --pkt-type multicast 
-A U2 ! -p ipv6-icmp 
-A U2 ! -p tcp 
-A U2  -j ACCEPT
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -d ff00::/8 -m comment --comment nd -j ACCEPT
-A PREROUTING -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A PREROUTING -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A INPUT -d ff00::/8 -m comment --comment nd -j ACCEPT
-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A FORWARD -d ff00::/8 -m comment --comment nd -j ACCEPT
-A FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A OUTPUT -d ff00::/8 -m comment --comment nd -j ACCEPT
-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A POSTROUTING -d ff00::/8 -m comment --comment nd -j ACCEPT
-A POSTROUTING -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A POSTROUTING -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A PREROUTING ! -s fd01::2 -m statistic --mode nth --every 2 --packet 1 -j ACCEPT
-A PREROUTING -s fd02::2 ! -d fd01::3 -p udp -m conntrack ! --ctexpire 0:30 -m dscp --dscp 8 -j MARK --xor-mark 3
-A PREROUTING -d fd00::/8 -j MARK --set-xmark 0x3/0x3
-A FORWARD -d fd01::1 -p udp -m conntrack --ctdir REPLY -j TOS --set-tos 0x10
-A FORWARD -i eth0 -p ipv6-icmp -m icmp6 --icmpv6-type 129 -j TOS --or-tos 0x20
-A FORWARD -p udp -m udp --sport 81 -m dscp ! --dscp 8 -j ACCEPT
-A OUTPUT ! -s fd02::/64 -p tcp -m tcp --tcp-option 8 -m state --state RELATED,ESTABLISHED 
-A OUTPUT -s fd02::1  -m pkttype ! --pkt-type unicast -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1000
-A OUTPUT -d fd02::/64 -p tcp -m multiport --sports 80,81,7 -j LOG --log-prefix x
-A POSTROUTING ! -o eth0 ! -p udp -m hl ! --hl-eq 63 -m conntrack ! --ctreplsrc fd02::2 -j MARK --or-mark 2
-A POSTROUTING -s fd01::1 ! -o r1 -p udp -m udp --sport 1:100 -m length --length 84 
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -d ff00::/8 -m comment --comment nd -j ACCEPT
-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A FORWARD -d ff00::/8 -m comment --comment nd -j ACCEPT
-A FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A OUTPUT -d ff00::/8 -m comment --comment nd -j ACCEPT
-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A INPUT -p ipv6-icmp -m icmp6 ! --icmpv6-type 1/3 -m connmark ! --mark 5 -j RETURN
-A INPUT -d fd01::1 -i r2 -p ipv6-icmp -m icmp6 --icmpv6-type echo-request -j DROP
-A INPUT -d fc00::/6 -p tcp -m tcp --sport 7 -m addrtype --src-type UNSPEC -m conntrack ! --ctrepldst fd02::2 
-A OUTPUT ! -d fd01::2 -o eth0 -m state --state ESTABLISHED 
-A OUTPUT -s fd99::9 ! -d fd01::2 -p tcp -m tcp --tcp-flags SYN,RST,ACK,FIN SYN,ACK -m dscp --dscp 0 -m iprange ! --src-range fd01::1-fd02::1 -j RETURN
COMMIT
X
ip netns exec b ip6tables-restore <<'X'
*mangle
:PREROUTING DROP [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:U1 - [0:0]
:U2 - [0:0]
-A PREROUTING -d ff00::/8 -m comment --comment nd -j ACCEPT
-A PREROUTING -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A PREROUTING -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A INPUT -d ff00::/8 -m comment --comment nd -j ACCEPT
-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A FORWARD -d ff00::/8 -m comment --comment nd -j ACCEPT
-A FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A OUTPUT -d ff00::/8 -m comment --comment nd -j ACCEPT
-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A POSTROUTING -d ff00::/8 -m comment --comment nd -j ACCEPT
-A POSTROUTING -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A POSTROUTING -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A PREROUTING -s fd00::/8 -p udp -m addrtype --dst-type LOCAL,BROADCAST -g U1
-A PREROUTING -s fd02::/64 -p ipv6-icmp -m icmp6 ! --icmpv6-type 1/4 -m conntrack --ctproto 6 --ctorigsrcport 1024:65535 -m conntrack --ctreplsrc fd01::/64 
-A INPUT -p tcp -m multiport ! --ports 1:100 -m conntrack --ctproto 17 --ctreplsrcport 1024:65535 -j ACCEPT
-A INPUT -i r1 ! -p udp -m comment --comment hi -j U2
-A FORWARD -i lo ! -o r1 -p tcp -m tcp --syn -m conntrack ! --ctorigdst fd02::/64 -j HL --hl-inc 1
-A U1 -s fd01::1 -m addrtype --dst-type LOCAL -j CONNMARK --set-mark 2
-A U1 -s fd02::2 ! -d fd99::9 -p tcp -m tcp --tcp-option 8 -m addrtype --src-type UNICAST -j MARK --xor-mark 3
-A U1 -p ipv6-icmp -j ACCEPT
-A U2 ! -p ipv6-icmp -m statistic --mode nth --every 3 --packet 0 -j ACCEPT
-A U2 -s fd01::1 -p udp -m multiport --sports 80,81,7 -m pkttype --pkt-type multicast -j DSCP --set-dscp 8
-A U2 ! -d fd02::1 -p udp -m udp ! --sport 80 -m comment --comment hi 
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:U1 - [0:0]
:U2 - [0:0]
-A INPUT -d ff00::/8 -m comment --comment nd -j ACCEPT
-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A FORWARD -d ff00::/8 -m comment --comment nd -j ACCEPT
-A FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A OUTPUT -d ff00::/8 -m comment --comment nd -j ACCEPT
-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A INPUT -d fc00::/6 ! -p tcp -m conntrack ! --ctproto 6 -m addrtype --dst-type LOCAL --limit-iface-in -g U2
-A INPUT -s fd02::/64 -m addrtype --dst-type LOCAL --limit-iface-in 
-A INPUT -p tcp -m tcp --syn 
-A FORWARD -i r1 
-A OUTPUT ! -s fc00::/6 ! -d fd99::9 ! -p udp -m mark ! --mark 0x3/0x1 -j REJECT
-A OUTPUT -o eth0 -m iprange --src-range fd02::0-fd02::2 -m conntrack --ctproto 6 -j ACCEPT
-A U1 -p ipv6-icmp -m icmp6 ! --icmpv6-type 137 -m iprange ! --dst-range fd02::0-fd02::2 
-A U1 ! -s fd01::1 ! -d fc00::/6 -p udp -m connmark --mark 2 -m conntrack --ctrepldst fd01::/64 
-A U1 -p ipv6-icmp -m icmp6 --icmpv6-type 1/4 -m connmark --mark 5 -j U2
-A U2 -p udp -m udp ! --sport :1023 
-A U2 -s fd99::9  -p tcp -j REJECT --reject-with tcp-reset
-A U2 ! -s fd02::/64 -p tcp -m multiport --ports 80,81,7 -m conntrack --ctreplsrc fd00::/8 -j ACCEPT
COMMIT
*security
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:U1 - [0:0]
:U2 - [0:0]
-A INPUT -d ff00::/8 -m comment --comment nd -j ACCEPT
-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A FORWARD -d ff00::/8 -m comment --comment nd -j ACCEPT
-A FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A OUTPUT -d ff00::/8 -m comment --comment nd -j ACCEPT
-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A INPUT -d fd99::9 -m length --length 60 
-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 1 -j U2
-A FORWARD ! -i r2 -o r+ -m comment --comment hi -j ACCEPT
-A OUTPUT -s fd02::/64 -d fd01::2 -p ipv6-icmp -m statistic --mode nth --every 3 --packet 0 
-A U1 -d fd02::/64 -p ipv6-icmp -m conntrack ! --ctexpire 30:1000 -m mark --mark 0 
-A U1 -p ipv6-icmp -m icmp6 ! --icmpv6-type 129 
-A U1 -s fd01::2 -j CONNMARK --set-mark 2
-A U2 -d fd02::1 -p ipv6-icmp -m icmp6 --icmpv6-type echo-request -m dscp --dscp 8 -j CONNMARK --save-mark
-A U2 -d fd02::/64 -m iprange --dst-range fd02::0-fd02::2 -m comment --comment hi 
-A U2 -p tcp -m tcp ! --sport 7 -m dscp ! --dscp 0 -m connmark --mark 1 
COMMIT
X
ip netns exec a nc -u -l -p 81 </dev/null >/dev/null 2>&1 & pa=$!
ip netns exec r nc -u -l -p 81 </dev/null >/dev/null 2>&1 & pr=$!
ip netns exec b nc -u -l -p 80 </dev/null >/dev/null 2>&1 & pb=$!
sleep 0.2
echo hello | timeout 1.5 ip netns exec b nc -v -n -u -p 24008 -w 2 fd01::2 81 2>&1
kill $pa $pr $pb 2>/dev/null; sleep 0.1
ip netns exec a ping -n -c 1 -i 0.2 -W 0.3 fd02::2
ip netns exec a nc -u -l -p 80 </dev/null >/dev/null 2>&1 & pa=$!
ip netns exec r nc -u -l -p 80 </dev/null >/dev/null 2>&1 & pr=$!
ip netns exec b nc -u -l -p 80 </dev/null >/dev/null 2>&1 & pb=$!
sleep 0.2
echo hello | timeout 1.5 ip netns exec b nc -v -n -u -p 22342 -w 2 fd01::2 80 2>&1
kill $pa $pr $pb 2>/dev/null; sleep 0.1
ip netns exec a ping -n -I fd01::3 -c 2 -i 0.2 -W 0.3 -Q 32 fd02::1
ip netns exec r ip6tables-save -c
ip netns exec b ip6tables-save -c
