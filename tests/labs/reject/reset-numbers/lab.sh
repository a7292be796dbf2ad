# A reset fits the segment that it answers, and some segments are not answered.
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add v netns a type veth peer name ra netns r
ip link add v netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev v; ip -n r addr add 10.0.1.1/24 dev ra; ip -n a link set v up; ip -n r link set ra up
ip -n b addr add 10.0.2.2/24 dev v; ip -n r addr add 10.0.2.1/24 dev rb; ip -n b link set v up; ip -n r link set rb up
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
in_r() { ip netns exec r "$@"; }
ip netns exec b nc -l 80 > /dev/null & server=$!
ip netns exec a timeout 10 tcpdump -c 7 -lntvi v 'tcp[tcpflags] & (tcp-rst|tcp-push) != 0 or icmp' 2> /dev/null \
    | sed -E 's/ id [0-9]+,//; s/,? *options \[[^]]*\]//; s/win [0-9]+,//; s/cksum [^,]*, //; s/[0-9]{6,}/N/g' > /tmp/packetwalk-resets & dump=$!
sleep 0.3
echo "a SYN, by r and on its way"
in_r iptables -A INPUT -p tcp -j REJECT --reject-with tcp-reset
in_r iptables -A FORWARD -p tcp --dport 81 -j REJECT --reject-with tcp-reset
ip netns exec a nc -w1 -v -n -p 4000 10.0.1.1 22; ip netns exec a nc -w1 -v -n -p 4001 10.0.2.2 81
echo "data of a connection"
{ echo hello; sleep 0.3; echo world; sleep 0.3; } | ip netns exec a nc -w2 -n -p 4002 10.0.2.2 80 & client=$!
sleep 0.15
in_r iptables -A FORWARD -p tcp --dport 80 -m length --length 58 -j REJECT --reject-with tcp-reset
wait $client; echo "status $?"
echo "resets are not answered, a port that is not TCP's cannot be"
in_r iptables -I FORWARD -p tcp --tcp-flags RST RST -j REJECT --reject-with tcp-reset
in_r iptables -A FORWARD -p udp -j REJECT --reject-with icmp-host-prohibited
echo x | ip netns exec a nc -u -w1 -n -p 4003 10.0.2.2 53
in_r iptables -R FORWARD 2 -p tcp --dport 81 -j REJECT --reject-with icmp-admin-prohibited
ip netns exec a nc -w1 -v -n -p 4004 10.0.2.2 81
wait $dump
in_r iptables-save -c -t filter | grep -e "-A FORWARD"
kill $server
cat /tmp/packetwalk-resets; rm /tmp/packetwalk-resets
