# -m connlabel: asked, set, negated; a connection without room for labels has none.
ip link set lo up
for tool in iptables iptables-legacy; do
    echo "# $tool"
    $tool -A INPUT -p icmp -m connlabel --label 7
    $tool -A INPUT -p icmp -m connlabel ! --label 7
    $tool -A INPUT -p icmp --icmp-type 0 -m connlabel --label 7 --set
    $tool -A INPUT -p icmp -m connlabel ! --label 8 --set
    $tool -A INPUT -p icmp -m connlabel --label 8
    ping -q -c 3 -i 0.01 127.0.0.1 > /tmp/out
    $tool -S INPUT -v
    $tool -D INPUT -m connlabel --label 99 -p icmp
    $tool -S INPUT
    $tool -F
done
