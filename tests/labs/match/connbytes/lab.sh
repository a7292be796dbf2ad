# -m connbytes: it turns accounting on; connections that began before are not counted.
ip link set lo up
for tool in iptables iptables-legacy; do
    echo "# $tool"
    sysctl -w net.netfilter.nf_conntrack_acct=0
    $tool -A INPUT -p icmp -m connbytes --connbytes 2:3 --connbytes-mode packets --connbytes-dir original
    $tool -A INPUT -p icmp -m connbytes ! --connbytes 2:3 --connbytes-mode packets --connbytes-dir reply
    $tool -A INPUT -p icmp -m connbytes --connbytes 200: --connbytes-mode bytes --connbytes-dir both
    $tool -A INPUT -p icmp -m connbytes --connbytes 84:84 --connbytes-mode avgpkt --connbytes-dir both
    $tool -A INPUT -p icmp -m connbytes --connbytes 85 --connbytes-mode avgpkt --connbytes-dir original
    sysctl net.netfilter.nf_conntrack_acct
    ping -q -c 5 -i 0.01 127.0.0.1 > /tmp/out
    $tool -S INPUT -v
    sysctl -w net.netfilter.nf_conntrack_acct=0
    $tool -P FORWARD ACCEPT
    sysctl net.netfilter.nf_conntrack_acct
    $tool -F
done
