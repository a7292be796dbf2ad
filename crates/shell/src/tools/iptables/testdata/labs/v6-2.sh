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
-A INPUT -s fd02::2 -p ipv6-icmp -m icmp6 ! --icmpv6-type 3 -m conntrack --ctdir REPLY -j MARK --set-xmark 0x3/0x3
-A FORWARD -i eth0 -j ACCEPT
-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 1 -m conntrack --ctdir REPLY -m addrtype --src-type UNICAST -j MARK --or-mark 2
-A POSTROUTING -s fd02::2 ! -d fd02::2 -m tos --tos 0x00 -m conntrack --ctproto 17 ! --ctorigdstport 81 -j RETURN
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
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
-A OUTPUT -d ff00::/8 -m comment --comment nd -j ACCEPT
-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A POSTROUTING -d ff00::/8 -m comment --comment nd -j ACCEPT
-A POSTROUTING -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m comment --comment nd -j ACCEPT
-A POSTROUTING -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m comment --comment nd -j ACCEPT
-A PREROUTING -s fd01::/64 -i r1 ! -p udp -m dscp --dscp 8 
-A PREROUTING  -p tcp -j REDIRECT --to-ports 80
-A PREROUTING ! -s fd01::3  -m conntrack --ctreplsrc fd00::/8 -p tcp -j REDIRECT --to-ports 80-81
-A INPUT ! -s fd01::2 -j SNAT --to-source fd01::77
-A INPUT -i r+ -p tcp -m tcp --syn -m hl --hl-gt 63 
-A INPUT -p udp 
-A OUTPUT -s fd01::1 -o lo -p tcp -m tcp --dport :1023 -m tcp --tcp-option 8 -m conntrack ! --ctstate SNAT -j REDIRECT
-A OUTPUT  
-A POSTROUTING ! -s fd01::2 ! -o lo -p udp -m mark --mark 0 
-A U1 -s fd01::/64 -p udp -m multiport ! --ports 7,80:90 -m iprange ! --src-range fd01::1-fd02::1 
-A U1 -m conntrack --ctdir ORIGINAL 
-A U1 -m conntrack ! --ctorigdst fd01::/64 
-A U2 -d fd00::/8 -p udp 
-A U2 -p tcp -m multiport --sports 1024:65535 -m tcp --tcp-flags SYN,ACK ACK 
-A U2 ! -s fd02::/64 -d fd02::1 -p udp -m udp --dport :1023 
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT DROP [0:0]
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
-A INPUT ! -s fd02::/64 ! -i r1 -p tcp -m tcp ! --syn -g U2
-A INPUT -s fd00::/8 -i r1 -p ipv6-icmp -m icmp6 --icmpv6-type echo-request -j REJECT
-A INPUT ! -d fc00::/6 -p ipv6-icmp -m icmp6 --icmpv6-type 128 -m conntrack ! --ctproto 1 -j LOG --log-prefix x
-A OUTPUT ! -s fd01::2 -d fd00::/8 -p udp -m udp --sport 80 
-A U1 -s fd00::/8 ! -d fd02::/64 -p udp -m udp --sport 80 -m conntrack --ctproto 6 --ctorigdstport 1:100 
-A U1 ! -d fd00::/8 -p tcp -m multiport ! --dports 1:100 -m tcp --tcp-flags ALL FIN,ACK -m mark --mark 2 -m conntrack --ctdir REPLY 
-A U1 ! -d fd02::2 -p tcp -m tcp --dport 81 -m conntrack --ctrepldst fd02::2 -m conntrack --ctproto 1 -j ACCEPT
-A U2 -s fd02::2 -m pkttype --pkt-type multicast -m mark --mark 0x3/0x1 -p tcp -j REJECT --reject-with tcp-reset
-A U2 -s fd02::/64 -p udp -m udp ! --dport 81 -m mark --mark 2 -m conntrack --ctproto 17 --ctreplsrcport 81 
-A U2  SYN,ACK -m conntrack --ctreplsrc fd99::9 -p tcp -j REJECT --reject-with tcp-reset
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
-A INPUT -d fd02::1 ! -p udp -j ACCEPT
-A OUTPUT -o eth0 -p udp -j CONNMARK --set-mark 2
-A OUTPUT -d fd02::1 ! -o r1 ! -p ipv6-icmp -m hl ! --hl-eq 63 -m mark --mark 0x3/0x1 
-A OUTPUT -o r2 -p ipv6-icmp -m addrtype --dst-type LOCAL --limit-iface-out 
-A U1 -p ipv6-icmp -m icmp6 --icmpv6-type 3 -m conntrack ! --ctexpire 100:500000 -j ACCEPT
-A U1 ! -d fd99::9 
-A U1 -p udp -m udp --dport 1024: -m dscp --dscp 4 -j CONNMARK --set-mark 2
-A U2 ! -d fd00::/8 -p ipv6-icmp -m icmp6 --icmpv6-type 129 -m iprange --dst-range fd01::1-fd02::1 -j LOG --log-prefix x
-A U2 ! -d fd02::1 -m conntrack --ctproto 17 ! --ctrepldstport 1:100 -j ACCEPT
-A U2 -p ipv6-icmp -m icmp6 --icmpv6-type 137 -m conntrack --ctstate RELATED,ESTABLISHED -m conntrack --ctproto 6 --ctrepldstport 80 -j CONNMARK --save-mark
COMMIT
X
ip netns exec a nc -l -p 7 </dev/null >/dev/null 2>&1 & pa=$!
ip netns exec r nc -l -p 7 </dev/null >/dev/null 2>&1 & pr=$!
ip netns exec b nc -l -p 80 </dev/null >/dev/null 2>&1 & pb=$!
sleep 0.2
echo hello | timeout 1.5 ip netns exec a nc -v -n -p 49430 -w 2 fd02::1 7 2>&1
kill $pa $pr $pb 2>/dev/null; sleep 0.1
ip netns exec a nc -l -p 80 </dev/null >/dev/null 2>&1 & pa=$!
ip netns exec r nc -l -p 80 </dev/null >/dev/null 2>&1 & pr=$!
ip netns exec b nc -l -p 80 </dev/null >/dev/null 2>&1 & pb=$!
sleep 0.2
echo hello | timeout 1.5 ip netns exec a nc -v -n -p 18821 -w 2 fd09::2 7 2>&1
kill $pa $pr $pb 2>/dev/null; sleep 0.1
ip netns exec b ping -n -c 2 -i 0.2 -W 0.3 fd01::2
ip netns exec r ping -n -c 1 -i 0.2 -W 0.3 -Q 32 fd02::2
ip netns exec r ip6tables-save -c
