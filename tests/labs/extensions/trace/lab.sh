# TRACE: what packets meet, as xtables-monitor tells it.
ip netns add a
ip link add v netns a address 02:00:00:00:00:0a type veth peer name r address 02:00:00:00:01:0a
ip -n a addr add 10.0.1.2/24 dev v; ip -n a addr add 2001:db8::2/64 dev v nodad; ip -n a link set v up
ip addr add 10.0.1.1/24 dev r; ip addr add 2001:db8::1/64 dev r nodad; ip link set r up; ip link set lo up
xtables-monitor --trace > /tmp/packetwalk-trace & monitor=$!
sleep 0.3
iptables -t raw -A PREROUTING -p icmp -j TRACE
iptables -N U; iptables -A U -s 10.9.9.9
iptables -N V; iptables -A V -p icmp -j RETURN
iptables -A INPUT -p icmp -j U; iptables -A INPUT -p icmp -j V
iptables -A INPUT -p icmp -j LOG; iptables -A INPUT -p icmp -j MARK --set-mark 3
iptables -t mangle -A INPUT -p icmp -m comment --comment "a remark"
ip netns exec a ping -c1 -q -Q 0x48 10.0.1.1 > /dev/null
iptables -A INPUT -p icmp -g V; iptables -A INPUT -p icmp -j NFQUEUE --queue-num 7 --queue-bypass
iptables -I INPUT 2 -m mark --mark 9; iptables -R INPUT 1 -p icmp -m ttl --ttl-gt 1 -j U
ip netns exec a ping -c1 -q 10.0.1.1 > /dev/null
iptables -F INPUT; iptables -P INPUT DROP
ip netns exec a ping -c1 -W0.1 -q 10.0.1.1 > /dev/null
iptables -P INPUT ACCEPT; iptables -A INPUT -p icmp -j DROP
iptables -t raw -A OUTPUT -p icmp -j TRACE
ping -c1 -q -W0.1 127.0.0.1 > /dev/null
ip6tables -t raw -A PREROUTING -p udp -j TRACE; ip6tables -t raw -A PREROUTING -p tcp -j TRACE
ip6tables -A INPUT -p udp -j DROP
echo x | ip netns exec a nc -u -w0 -p 5353 2001:db8::1 53
ip netns exec a nc -w1 -p 5354 2001:db8::1 53
sleep 0.2
kill $monitor; wait
sed -E 's/ [0-9a-f]{8} / N /; s/ ID=[0-9]+/ ID=N/; s/FLOWLBL=[0-9]+/FLOWLBL=N/' /tmp/packetwalk-trace
rm /tmp/packetwalk-trace
xtables-monitor --bogus
xtables-monitor | head -2
