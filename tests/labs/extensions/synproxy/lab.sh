# SYNPROXY: a router answers for a server, and then joins the two handshakes.
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add v netns a type veth peer name ra netns r
ip link add v netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev v; ip -n r addr add 10.0.1.1/24 dev ra; ip -n a link set v up; ip -n r link set ra up
ip -n b addr add 10.0.2.2/24 dev v; ip -n r addr add 10.0.2.1/24 dev rb; ip -n b link set v up; ip -n r link set rb up
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
in_r() { ip netns exec r "$@"; }
in_r iptables -t raw -A PREROUTING -i ra -p tcp --syn --dport 80 -j CT --notrack
in_r iptables -A FORWARD -i ra -p tcp --dport 80 -m conntrack --ctstate INVALID,UNTRACKED -j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460
in_r iptables -A FORWARD -m conntrack --ctstate INVALID -j DROP
in_r iptables -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
in_r iptables -A OUTPUT -p tcp -m conntrack --ctstate INVALID
in_r iptables -A OUTPUT -p tcp -m conntrack --ctstate NEW
in_r iptables -A OUTPUT -p tcp -m conntrack --ctstate ESTABLISHED
in_r iptables -t nat -A OUTPUT -p tcp
in_r sysctl -w net.netfilter.nf_conntrack_tcp_loose=0
in_r conntrack -E 2> /dev/null > /tmp/packetwalk-syn1-ev & ev=$!
{ sleep 0.7; echo hi; } | ip netns exec b nc -l 80 & server=$!
ip netns exec a timeout 3 tcpdump -lni v tcp 2> /dev/null > /tmp/packetwalk-syn1-a & 
ip netns exec b timeout 3 tcpdump -lni v tcp 2> /dev/null > /tmp/packetwalk-syn1-b & 
sleep 0.5
{ sleep 0.1; echo hello; sleep 0.3; } | ip netns exec a nc -w1 -n -N -p 4000 10.0.2.2 80
wait $server
in_r conntrack -L
in_r iptables-save -c
sleep 2
kill $ev
cat /tmp/packetwalk-syn1-a; echo; cat /tmp/packetwalk-syn1-b; echo; cat /tmp/packetwalk-syn1-ev
rm /tmp/packetwalk-syn1-a /tmp/packetwalk-syn1-b /tmp/packetwalk-syn1-ev
