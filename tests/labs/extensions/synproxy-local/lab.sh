# SYNPROXY before the host's own server, by IPv6 too, and before a server that DNAT leads to.
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add v netns a type veth peer name ra netns r
ip link add v netns b type veth peer name rb netns r
ip -n a addr add 10.0.1.2/24 dev v; ip -n r addr add 10.0.1.1/24 dev ra; ip -n a link set v up; ip -n r link set ra up
ip -n b addr add 10.0.2.2/24 dev v; ip -n r addr add 10.0.2.1/24 dev rb; ip -n b link set v up; ip -n r link set rb up
ip -n a addr add fd01::2/64 dev v nodad; ip -n r addr add fd01::1/64 dev ra nodad
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
in_r() { ip netns exec r "$@"; }
proxy="-j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460"
for ipt in iptables ip6tables; do
    in_r $ipt -t raw -A PREROUTING -i ra -p tcp --syn -j CT --notrack
    in_r $ipt -A INPUT -i ra -p tcp --dport 80 -m conntrack --ctstate INVALID,UNTRACKED $proxy
    in_r $ipt -A INPUT -m conntrack --ctstate INVALID -j DROP
    in_r $ipt -A INPUT -p tcp -m conntrack --ctstate NEW -j ACCEPT
    in_r $ipt -A INPUT -p tcp -m conntrack --ctstate ESTABLISHED -j ACCEPT
    for state in INVALID UNTRACKED NEW ESTABLISHED; do in_r $ipt -A OUTPUT -p tcp -m conntrack --ctstate $state; done
done
in_r sysctl -w net.netfilter.nf_conntrack_tcp_loose=0
one() {
    ip netns exec $1 timeout 1 nc $2 -l 80 & server=$!
    ip netns exec a timeout 1.2 tcpdump -lni v tcp 2> /dev/null > /tmp/packetwalk-syn3-a & a=$!
    in_r timeout 1.2 tcpdump -lni lo tcp 2> /dev/null > /tmp/packetwalk-syn3-lo & lo=$!
    sleep 0.4
    { sleep 0.1; echo hello; sleep 0.1; } | ip netns exec a timeout 0.5 nc -n -N -p $4 $3 80
    wait $server $a $lo
    echo "the client"; cat /tmp/packetwalk-syn3-a; echo "lo"; cat /tmp/packetwalk-syn3-lo
    in_r conntrack -L -f ipv4 2> /dev/null; in_r conntrack -L -f ipv6 2> /dev/null
    in_r conntrack -F 2> /dev/null
}
one r -4 10.0.1.1 4000
echo "a server without time stamps"
for n in r b; do ip netns exec $n sysctl -qw net.ipv4.tcp_timestamps=0; done
one r -6 fd01::1 4001
in_r iptables-save -c -t filter | grep -e -A
in_r ip6tables-save -c -t filter | grep -e -A
echo "DNAT"
in_r iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to 10.0.2.2
in_r iptables -t nat -A OUTPUT -p tcp --dport 80 -j DNAT --to 10.0.2.2
in_r iptables -t nat -A POSTROUTING -o rb -j MASQUERADE
one b -4 10.0.1.1 4002
in_r iptables-save -c | grep -e -A
rm /tmp/packetwalk-syn3-a /tmp/packetwalk-syn3-lo
