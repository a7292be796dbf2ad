# -m quota: used up for good by the first packet that does not fit.
ip link set lo up
for tool in iptables iptables-legacy; do
    $tool -A INPUT -p icmp --icmp-type 8 -m quota --quota 250
    $tool -A INPUT -p icmp --icmp-type 8 -m quota ! --quota 252
    $tool -A INPUT -p icmp --icmp-type 8 -m quota --quota 0
    ping -q -c 2 -i 0.01 127.0.0.1 > /tmp/out
    ping -q -c 1 -s 200 127.0.0.1 > /tmp/out
    ping -q -c 2 -i 0.01 -s 4 127.0.0.1 > /tmp/out
    $tool -S INPUT -v
    $tool -F
done
