# Two -m tcp or -m udp that ask the same thing: both judge, though iptables-nft shows only the last.
ip link set lo up
iptables -A INPUT -p udp -m udp --dport 53 -m udp --dport 80
iptables -A INPUT -p udp -m udp --dport 50:60 -m udp --dport 53
iptables -A INPUT -p udp -m udp --dport 53 -m udp --sport 1024:
iptables -A INPUT -p tcp -m tcp --tcp-flags SYN,ACK SYN -m tcp --tcp-flags SYN,RST SYN
iptables -A INPUT -p tcp -m tcp --dport 80 -m tcp --tcp-flags RST RST
nc -l -p 80 > /dev/null &
sleep 0.1
nc -u -w1 127.0.0.1 53 <<< x
nc -u -w1 127.0.0.1 80 <<< x
nc -w1 -q0 127.0.0.1 80 < /dev/null
sleep 0.2
iptables -S INPUT -v
iptables -D INPUT -p udp -m udp --dport 80
iptables -S INPUT
echo "negated, and then not"
while read -r rule; do
    iptables -F; iptables -A INPUT $rule
    iptables -S INPUT | tail -1; iptables -L INPUT -n | tail -1
    iptables -D INPUT $rule; echo $?
done << RULES
-p tcp -m tcp ! --dport 1 -m tcp --dport 80
-p tcp -m tcp ! --dport 1:5 -m tcp --dport 80
-p tcp -m tcp ! --sport 1 -m tcp --sport 80:90
-p tcp -m tcp ! --tcp-flags SYN,ACK SYN -m tcp --tcp-flags SYN,RST SYN
-p udp -m udp ! --sport 1 ! --dport 3 -m udp --dport 80
-p tcp -m tcp ! --dport :5 -m tcp --dport 80
-p tcp -m tcp ! --dport 5: -m tcp --dport 80
RULES
iptables -F; iptables -A INPUT -p udp -m udp ! --dport 1 -m udp --dport 80
nc -u -w1 127.0.0.1 1 <<< x
nc -u -w1 127.0.0.1 80 <<< x
iptables -S INPUT -v
