# Whether a socket of this host gets the packet.
ip netns add a
ip link add v netns a type veth peer name r
ip -n a addr add 10.0.1.2/24 dev v; ip -n a link set v up
ip addr add 10.0.1.1/24 dev r; ip link set r up; ip link set lo up
nc -l 80 > /dev/null < /dev/null & wild=$!
nc -l 10.0.1.1 81 > /dev/null < /dev/null & bound=$!
nc -u -l 10.0.1.1 53 > /dev/null < /dev/null & udp=$!
sleep 0.3
for o in "" --transparent --nowildcard "--nowildcard --transparent"; do
    iptables -t mangle -A PREROUTING -i r -m socket $o
done
iptables -A INPUT -i r -m socket
iptables -t mangle -A PREROUTING -i r -p tcp --syn -m socket --nowildcard
counts() { iptables -t $1 -vxnL $2 | awk 'NR > 2 { print $1 }' | xargs; }
show() {
    echo "$1: $(counts mangle PREROUTING), INPUT $(counts filter INPUT)"
    iptables -t mangle -Z; iptables -Z
}
ip netns exec a ping -c1 -q 10.0.1.1 > /dev/null; show "ping"
ip netns exec a nc -w1 10.0.1.1 82 < /dev/null; show "closed port"
echo x | ip netns exec a nc -N -w1 10.0.1.1 80; sleep 0.2; show "listening on every address"
echo x | ip netns exec a nc -N -w1 10.0.1.1 81; sleep 0.2; show "listening on this address"
echo x | ip netns exec a nc -u -w1 10.0.1.1 53; show "UDP"
echo x | ip netns exec a nc -u -w1 10.0.1.1 54; show "no UDP"
# An ICMP error about a packet that a socket sent.
ip netns exec a iptables -A INPUT -p udp --dport 99 -j REJECT
echo x | nc -u -w1 -s 10.0.1.1 -p 5353 10.0.1.2 99; show "an error"
iptables -t mangle -A PREROUTING -i r -p udp --dport 53 -j TPROXY --on-port 53 --on-ip 10.0.1.1
iptables -t mangle -A PREROUTING -i r -p tcp --dport 80 -j TPROXY --on-port 81
iptables -t mangle -A PREROUTING -i r -p udp --dport 53
echo x | ip netns exec a timeout 0.3 nc -u -w1 10.0.1.1 53; ip netns exec a timeout 0.5 nc -z 10.0.1.1 80; show "TPROXY"
kill $wild $bound $udp 2> /dev/null
wait
