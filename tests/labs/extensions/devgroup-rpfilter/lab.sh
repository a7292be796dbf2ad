# Groups of interfaces, and the way back to a packet's source.
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add v netns a type veth peer name ra netns r
ip link add v netns b type veth peer name rb netns r
in_r() { ip netns exec r "$@"; }
in_r ip link set ra group 17
in_r ip link set rb group 0x23
ip -n a addr add 10.0.1.2/24 dev v; ip -n a addr add 2001:db8:1::2/64 dev v nodad; ip -n a link set v up
ip -n b addr add 10.0.2.2/24 dev v; ip -n b addr add 2001:db8:2::2/64 dev v nodad; ip -n b link set v up
in_r ip addr add 10.0.1.1/24 dev ra; in_r ip addr add 2001:db8:1::1/64 dev ra nodad; in_r ip link set ra up
in_r ip addr add 10.0.2.1/24 dev rb; in_r ip addr add 2001:db8:2::1/64 dev rb nodad; in_r ip link set rb up
for n in a b; do
    ip -n $n route add default via $([ $n = a ] && echo 10.0.1.1 || echo 10.0.2.1)
    ip -n $n route add default via $([ $n = a ] && echo 2001:db8:1::1 || echo 2001:db8:2::1)
done
in_r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
in_r sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.ra.rp_filter=0 net.ipv4.conf.rb.rp_filter=0
# Addresses of a that r knows by another way, or not at all.
ip -n a addr add 10.0.2.77/32 dev v; ip -n a addr add 192.0.2.1/32 dev v; ip -n a addr add 10.0.1.1/32 dev v
ip -n a addr add 198.51.100.1/32 dev v; in_r ip route add blackhole 198.51.100.0/24
ip -n a addr add 203.0.113.1/32 dev v
in_r ip rule add fwmark 7 lookup 7; in_r ip route add 203.0.113.0/24 dev ra table 7
ip -n a addr add 2001:db8:2::77/128 dev v nodad; ip -n a addr add 2001:db8:9::1/128 dev v nodad
for tool in iptables ip6tables; do
    in_r $tool -A INPUT -m devgroup --src-group 17
    in_r $tool -A INPUT -m devgroup --src-group 0x23
    in_r $tool -A INPUT -m devgroup ! --src-group 17
    in_r $tool -A INPUT -m devgroup --src-group 0x20/0xf0
    in_r $tool -A FORWARD -m devgroup --src-group 17 --dst-group 0x23
    in_r $tool -A FORWARD -m devgroup --src-group 17 ! --dst-group 0x23
    in_r $tool -A FORWARD -m devgroup ! --src-group 17 --dst-group 17
    in_r $tool -t mangle -A OUTPUT -m devgroup --dst-group 0/0x10
    for o in "" --loose --accept-local "--accept-local --loose" --validmark --invert; do
        in_r $tool -t mangle -A PREROUTING -i ra -m mark --mark 0 -m rpfilter $o
    done
    in_r $tool -t mangle -A PREROUTING -i ra -j MARK --set-mark 7
    in_r $tool -t mangle -A PREROUTING -i ra -m rpfilter --validmark
    in_r $tool -t mangle -A PREROUTING -i ra -m rpfilter
    in_r $tool -t mangle -A PREROUTING -i ra -j MARK --set-mark 0
    in_r $tool -t raw -A PREROUTING -i lo -m rpfilter --invert
    in_r $tool -t raw -A PREROUTING -i lo -m rpfilter
done
counts() { in_r $1 -t $2 -vxnL $3 | awk 'NR > 2 { print $1 }' | xargs; }
show() {
    echo "$1: $(counts $2 mangle PREROUTING)"
    in_r $2 -t mangle -Z
}
for s in 10.0.1.2 10.0.2.77 192.0.2.1 10.0.1.1 198.51.100.1 203.0.113.1; do
    ip netns exec a ping -c1 -W0.1 -q -I $s 10.0.2.2 > /dev/null 2>&1
    show $s iptables
done
for s in 2001:db8:1::2 2001:db8:2::77 2001:db8:9::1; do
    ip netns exec a ping -c1 -W0.1 -q -I $s 2001:db8:2::2 > /dev/null 2>&1
    in_r ip6tables -t mangle -Z
    ip netns exec a ping -c1 -W0.1 -q -I $s 2001:db8:2::2 > /dev/null 2>&1
    show $s ip6tables
done
in_r ping -c1 -q 127.0.0.1 > /dev/null; in_r ping -c1 -q ::1 > /dev/null
ip netns exec b ping -c1 -q 10.0.2.1 > /dev/null; ip netns exec a ping -c1 -q 10.0.1.1 > /dev/null 2>&1
echo "INPUT $(counts iptables filter INPUT), FORWARD $(counts iptables filter FORWARD)"
echo "OUTPUT $(counts iptables mangle OUTPUT)"
echo "lo $(counts iptables raw PREROUTING), $(counts ip6tables raw PREROUTING)"
