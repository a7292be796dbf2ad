# TFTP: the answer to a request comes from another port, and is RELATED.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
iptables -P INPUT DROP
iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
iptables -A INPUT -m conntrack --ctstate RELATED -j ACCEPT
iptables -t raw -A OUTPUT -p udp --dport 69 -j CT --helper tftp
conntrack -E > /dev/null 2>&1 &
listens=$!
conntrack -E expect > /tmp/ct-tftp &
events=$!
ip netns exec a nc -u -l -n -W 1 69 > /dev/null &
sleep 0.2
printf '\0\1file\0octet\0' | nc -u -n -p 40000 -w 1 10.0.0.2 69 &
sleep 0.3
conntrack -L expect
conntrack -L
printf '\0\3\0\1data' | ip netns exec a nc -u -n -p 50000 -w 1 -q 0 10.0.0.1 40000
sleep 0.2
conntrack -L expect
conntrack -L
iptables -L INPUT -n -v | grep RELATED
kill $events
wait $events
kill $listens
wait $listens
cat /tmp/ct-tftp
rm /tmp/ct-tftp
