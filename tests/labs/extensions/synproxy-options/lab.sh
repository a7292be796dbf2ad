# SYNPROXY's options, and what it does with segments that are no handshake.
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add v netns a type veth peer name ra netns r
ip link add v netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev v; ip -n r addr add 10.0.1.1/24 dev ra; ip -n a link set v up; ip -n r link set ra up
ip -n b addr add 10.0.2.2/24 dev v; ip -n r addr add 10.0.2.1/24 dev rb; ip -n b link set v up; ip -n r link set rb up
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
in_r() { ip netns exec r "$@"; }
in_r iptables -t raw -A PREROUTING -i ra -p tcp --syn -j CT --notrack
in_r iptables -N PROXY
in_r iptables -A FORWARD -i ra -p tcp -m conntrack --ctstate INVALID,UNTRACKED -j PROXY
in_r iptables -A FORWARD -m conntrack --ctstate INVALID -j DROP
in_r iptables -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
in_r sysctl -w net.netfilter.nf_conntrack_tcp_loose=0
one() {
    echo "$*"
    in_r iptables -F PROXY
    in_r iptables -A PROXY -p tcp -j SYNPROXY "$@"
    ip netns exec b timeout 1.2 tcpdump -lni v 'tcp[tcpflags] & tcp-syn != 0' 2> /dev/null > /tmp/packetwalk-syn2-b & b=$!
    ip netns exec a timeout 1.2 tcpdump -lni v tcp 2> /dev/null > /tmp/packetwalk-syn2-a & a=$!
    ip netns exec b timeout 1 nc -l 80 & server=$!
    sleep 0.4
    { sleep 0.1; echo hello; sleep 0.1; } | ip netns exec a timeout 0.5 nc -n -N -p $port 10.0.2.2 80
    wait $server $a $b
    cat /tmp/packetwalk-syn2-b; echo; cat /tmp/packetwalk-syn2-a
    port=$((port + 1))
    in_r conntrack -L 2> /dev/null
    in_r conntrack -F 2> /dev/null
}
port=4000
one
one --mss 1400
one --sack-perm --wscale 9 --mss 1440
one --timestamp
one --timestamp --wscale 5 --mss 9000
echo "a client without options"
ip netns exec a sysctl -qw net.ipv4.tcp_timestamps=0 net.ipv4.tcp_sack=0 net.ipv4.tcp_window_scaling=0
one --timestamp --sack-perm --wscale 7 --mss 1460
echo "nobody listens"
ip netns exec a timeout 1.2 tcpdump -lni v tcp 2> /dev/null > /tmp/packetwalk-syn2-a & a=$!
sleep 0.4
ip netns exec a nc -w1 -n -p 4100 10.0.2.2 81
wait $a
cat /tmp/packetwalk-syn2-a
in_r conntrack -L 2> /dev/null
in_r iptables-save -c -t filter | grep -e -A
rm /tmp/packetwalk-syn2-a /tmp/packetwalk-syn2-b
