# iptables -L in its forms.
iptables -N WEB
iptables -A INPUT -i lo -j ACCEPT
iptables -A INPUT ! -i eth0 -s 10.0.0.0/8 ! -d 10.1.0.0/16 -p tcp -m tcp --sport 1024:65535 --dport 22 -j ACCEPT
iptables -A INPUT -p tcp --syn -j WEB
iptables -A INPUT -p tcp --tcp-flags SYN,RST SYN -j WEB
iptables -A INPUT -p udp ! --sport 53 --dport :1023 -j DROP
iptables -A INPUT -p icmp --icmp-type echo-request -j ACCEPT
iptables -A INPUT -p icmp --icmp-type destination-unreachable
iptables -A INPUT -p icmp --icmp-type 3/4
iptables -A INPUT -p 47 -j REJECT
iptables -A INPUT -m addrtype --dst-type BROADCAST,MULTICAST -j DROP
iptables -A INPUT -m conntrack --ctstate NEW,RELATED,ESTABLISHED
iptables -A INPUT -m state --state INVALID -j DROP
iptables -A INPUT -j LOG --log-prefix "in: " --log-level info
iptables -A WEB -p tcp -m tcp --dport 80 -m comment --comment "the web" -j ACCEPT
iptables -A WEB -g INPUT
iptables -P FORWARD DROP
iptables -L -n
iptables -L INPUT -n -v --line-numbers
iptables -L WEB -n -v -x
iptables -n -L INPUT 3
iptables -L FORWARD
iptables -t nat -L -n
