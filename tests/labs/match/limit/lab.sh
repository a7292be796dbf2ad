# -m limit in both faces: a burst, then so many a second; units; --limit-burst; IPv6.
ip link set lo up
ICMP="-p icmp --icmp-type echo-request"
for tool in iptables iptables-legacy; do
    $tool -A INPUT $ICMP -m limit --limit 2/sec --limit-burst 3 -m comment --comment second
    $tool -A INPUT $ICMP -m limit --limit 1/min --limit-burst 4 -m comment --comment minute
    $tool -A INPUT $ICMP -m limit --limit 20/hour -m comment --comment default
    $tool -A INPUT $ICMP -m limit --limit 1000/sec --limit-burst 1 -m comment --comment fast
    $tool -A INPUT $ICMP -m limit --limit 1/day --limit-burst 1 -j ACCEPT
    ping -q -c 8 -i 0.03 127.0.0.1 > /tmp/out
    $tool -S INPUT -v
    sleep 0.85
    ping -q -c 8 -i 0.03 127.0.0.1 > /tmp/out
    $tool -S INPUT -v
    $tool -F
done
for tool in ip6tables ip6tables-legacy; do
    $tool -A INPUT -p icmpv6 --icmpv6-type echo-request -m limit --limit 1/sec --limit-burst 2
    ping -q -c 6 -i 0.03 ::1 > /tmp/out
    $tool -S INPUT -v
    $tool -F
done
