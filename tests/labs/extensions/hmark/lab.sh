# HMARK: marks by a hash of a packet's fields.
ip netns add a
ip link add v netns a type veth peer name r
ip -n a addr add 10.0.1.2/24 dev v; ip -n a addr add 2001:db8::2/64 dev v nodad; ip -n a link set v up
ip addr add 10.0.1.1/24 dev r; ip addr add 2001:db8::1/64 dev r nodad; ip link set r up; ip link set lo up
for i in 3 4 5 6 7 8 9; do ip -n a addr add 10.0.1.$i/24 dev v; ip -n a addr add 2001:db8::$i/64 dev v nodad; done
bits() { for b in 31 30 29 28 27 26 25 24 3 2 1 0; do $1 -t mangle -A $2 -m mark --mark $((1 << b))/$((1 << b)); done; }
value() {
    echo "$(iptables -t mangle -vxnL INPUT | awk 'NR > 3 { printf "%s", $1 }') $(ip6tables -t mangle -vxnL INPUT | awk 'NR > 4 { printf "%s", $1 }')"
    iptables -t mangle -Z; ip6tables -t mangle -Z
}
use() {
    for tool in iptables ip6tables; do
        $tool -t mangle -F INPUT
        [ $tool = ip6tables ] && $tool -t mangle -A INPUT -p icmpv6 ! --icmpv6-type echo-request -j RETURN
        $tool -t mangle -A INPUT -j HMARK --hmark-mod 0xffffffff --hmark-rnd 0xfeedcafe $@
        bits $tool INPUT
    done
    echo "$*"
}
pings() { for i in $1; do ip netns exec a ping -c1 -q -I 10.0.1.$i 10.0.1.1 > /dev/null; ip netns exec a ping -c1 -q -I 2001:db8::$i 2001:db8::1 > /dev/null; echo "ping $i $(value)"; done; }
udp() { for p in $1; do echo x | ip netns exec a nc -u -w0 -s 10.0.1.2 -p $p 10.0.1.1 53; sleep 0.1; echo x | ip netns exec a nc -u -w0 -s 2001:db8::2 -p $p 2001:db8::1 53; sleep 0.1; echo "udp $p $(value)"; done; }
use --hmark-tuple src,dst
pings "2 3 4 5"
use --hmark-tuple src,dst,sport,dport,proto
pings "2 3"
udp "5000 40000"
use --hmark-src-prefix 29 --hmark-dport-mask 0xf --hmark-offset 5
pings "2 8 9"
udp "5000 5001"
use --hmark-sport 0x8000 --hmark-proto-mask 0xff
udp "5000 40000"
use --hmark-tuple ct,src,dst,sport,dport
pings 2
udp 5000
iptables -t mangle -A PREROUTING -m conntrack --ctstate NEW; ip6tables -t mangle -A PREROUTING -m conntrack --ctstate NEW
echo "the connection's fields"
for i in 2 3; do ip netns exec a ping -c1 -q -I 10.0.1.$i 10.0.1.1 > /dev/null; echo "ping $i $(value)"; done
udp 5000
