# iptables -S prints each rule in its canonical form.
iptables -N WEB
iptables -A INPUT --protocol tcp --source-port 80 --destination 10.0.0.1 --jump ACCEPT
iptables -A INPUT -p TCP -s 10.1.2.3/255.255.0.0 -d 10.0.0.0/8 --dport http -j ACCEPT
iptables -A INPUT -p tcp -m tcp --tcp-flags ALL NONE -j DROP
iptables -A INPUT -p tcp ! --syn -m state --state NEW -j DROP
iptables -A INPUT -p udp -m udp --dport 67:68 --sport 67:68
iptables -A INPUT -p icmp -m icmp --icmp-type 8 -j ACCEPT
iptables -A INPUT -p icmp --icmp-type any -j ACCEPT
iptables -A INPUT -m mark --mark 1 -j MARK --set-mark 2
iptables -A INPUT -m mark ! --mark 0x1/0xff -j RETURN
iptables -A INPUT -m addrtype --src-type LOCAL ! --dst-type UNICAST -j WEB
iptables -A INPUT -m conntrack ! --ctstate INVALID --ctproto 6 -j ACCEPT
iptables -A INPUT -m conntrack --ctstate DNAT
iptables -A INPUT -j REJECT
iptables -A INPUT -p tcp -j REJECT --reject-with tcp-reset
iptables -A INPUT -j LOG
iptables -A INPUT -i eth+ ! -i lo 2>&1 | head -n 1
iptables -A FORWARD -i veth+ ! -o docker0 -m comment --comment 'two words' -j ACCEPT
iptables -A FORWARD -s 0.0.0.0/0 -d 0/0 -j ACCEPT
iptables -A FORWARD -s 10.0.0.1,10.0.0.2 -j ACCEPT
iptables -A FORWARD ! -s 10.0.0.0/8 -f -j DROP
iptables -A FORWARD -c 5 500 -j ACCEPT
iptables -t nat -A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE
iptables -t nat -A POSTROUTING -p tcp -j MASQUERADE --to-ports 1024-2047
iptables -t nat -A POSTROUTING -j SNAT --to-source 192.0.2.1-192.0.2.9
iptables -t nat -A PREROUTING -p tcp -j DNAT --to 10.0.0.1:80-89
iptables -t nat -A PREROUTING -p tcp -j REDIRECT --to-port 3128
iptables -S
iptables -S FORWARD -v
iptables -S INPUT 3
iptables -t nat -S
