# -m hashlimit by bytes, and with --hashlimit-rate-match.
ip link set lo up
ICMP="-p icmp --icmp-type 8 -m hashlimit"
for tool in iptables iptables-legacy; do
    $tool -A INPUT $ICMP --hashlimit-upto 1kb/s --hashlimit-name a
    $tool -A INPUT $ICMP --hashlimit-upto 1kb/s --hashlimit-burst 3kb --hashlimit-name b
    $tool -A INPUT $ICMP --hashlimit-above 512b/s --hashlimit-mode dstip --hashlimit-name c
    $tool -A INPUT $ICMP --hashlimit-upto 3/sec --hashlimit-burst 2 --hashlimit-rate-match --hashlimit-name d
    $tool -A INPUT $ICMP --hashlimit-upto 1kb/s --hashlimit-rate-match --hashlimit-name e
    $tool -A INPUT $ICMP --hashlimit-upto 8/min --hashlimit-burst 1 --hashlimit-rate-match --hashlimit-name f
    ping -q -c 12 -i 0.01 -s 472 127.0.0.1 > /tmp/out
    $tool -S INPUT -v
    for name in a b c; do
        cut -d ' ' -f 2,5 /proc/net/ipt_hashlimit/$name
    done
    for name in d e f; do
        cut -d ' ' -f 2,3,4,5 /proc/net/ipt_hashlimit/$name
    done
    $tool -F
done
