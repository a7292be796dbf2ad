# What a rule has counted for itself: the legacy face puts the whole table into the kernel anew with each
# change, the nft face leaves the other rules alone; -Z begins anew what has counted.
ip link set lo up
ICMP="-p icmp --icmp-type echo-request"
for tool in iptables iptables-legacy; do
    echo "# $tool"
    $tool -A INPUT $ICMP -m limit --limit 1/hour --limit-burst 3
    $tool -A INPUT $ICMP -m quota --quota 252
    $tool -A INPUT $ICMP -m statistic --mode nth --every 4 --packet 0
    ping -q -c 2 -i 0.01 127.0.0.1 > /tmp/out
    $tool -A OUTPUT -d 192.0.2.1
    ping -q -c 2 -i 0.01 127.0.0.1 > /tmp/out
    $tool -S INPUT -v
    $tool -Z INPUT
    ping -q -c 4 -i 0.01 127.0.0.1 > /tmp/out
    $tool -S INPUT -v
    $tool -Z INPUT 2
    ping -q -c 4 -i 0.01 127.0.0.1 > /tmp/out
    $tool -S INPUT -v
    $tool -P FORWARD ACCEPT
    ping -q -c 1 127.0.0.1 > /tmp/out
    $tool -S INPUT -v
    $tool -C INPUT $ICMP -m limit --limit 1/hour --limit-burst 3
    $tool -L INPUT -n > /tmp/out
    ping -q -c 1 127.0.0.1 > /tmp/out
    $tool -S INPUT -v
    $tool-save -c > /tmp/rules
    $tool-restore -c < /tmp/rules
    ping -q -c 5 -i 0.01 127.0.0.1 > /tmp/out
    $tool -S INPUT -v
    $tool -F
done
