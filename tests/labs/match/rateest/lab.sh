# -j RATEEST and -m rateest: a rate of nothing, a rate of some packets, and a rate that fades.
ip link set lo up
for tool in iptables iptables-legacy; do
    echo "# $tool"
    $tool -A INPUT -p icmp --icmp-type 8 -m ttl --ttl-eq 64 -j RATEEST --rateest-name fast --rateest-interval 250ms --rateest-ewmalog 500ms
    $tool -A OUTPUT -j RATEEST --rateest-name none --rateest-interval 250ms --rateest-ewmalog 1s -d 192.0.2.1
    $tool -A INPUT -p icmp --icmp-type 8 -m rateest --rateest fast --rateest-eq --rateest-pps 0
    $tool -A INPUT -p icmp --icmp-type 8 -m rateest --rateest fast --rateest-gt --rateest-pps 3
    $tool -A INPUT -p icmp --icmp-type 8 -m rateest --rateest fast --rateest-gt --rateest-bps 100Bps
    $tool -A INPUT -p icmp --icmp-type 8 -m rateest --rateest1 none --rateest-lt --rateest-bps --rateest2 fast
    $tool -A INPUT -p icmp --icmp-type 8 -m rateest --rateest-delta --rateest fast --rateest-pps1 1000 --rateest-gt --rateest-pps2 500
    ping -q -c 1 127.0.0.1 > /tmp/out
    $tool -S INPUT -v
    ping -q -c 100 -i 0.01 127.0.0.1 > /tmp/out
    $tool -Z
    ping -q -c 1 -t 63 127.0.0.1 > /tmp/out
    $tool -S INPUT -v
    $tool -F
done
