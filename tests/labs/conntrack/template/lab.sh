# Between -j CT and conntrack, matches see the template: a NEW connection of no protocol.
ip link set lo up
for tool in iptables iptables-legacy; do
    echo "# $tool"
    r() { $tool -t raw -A PREROUTING -p icmp "$@"; }
    r -m conntrack --ctstate INVALID
    r -j CT --zone 1
    r -m conntrack --ctstate NEW
    r -m conntrack --ctstate INVALID
    r -m conntrack --ctstate ESTABLISHED,RELATED
    r -m conntrack --ctstate DNAT
    r -m state --state NEW
    r -m conntrack --ctstatus CONFIRMED
    r -m conntrack --ctstatus NONE
    r -m conntrack --ctstatus SEEN_REPLY,ASSURED
    r -m conntrack --ctdir ORIGINAL
    r -m conntrack --ctproto 1
    r -m conntrack ! --ctproto 1
    r -m conntrack --ctorigsrc 0.0.0.0
    r -m conntrack --ctreplsrc 127.0.0.1
    r -m conntrack --ctorigsrcport 0
    r -m connmark --mark 0
    r -m connmark --mark 1
    ping -q -c 1 127.0.0.1 | grep received
    $tool -t raw -S -v
    $tool -t raw -F
done
