# CT: zones are separate tables; the same addresses twice behind one host.
for n in a r b; do ip netns add $n; ip -n $n link set lo up; done
ip link add v netns a type veth peer name ra netns r
ip link add v netns b type veth peer name rb netns r
for n in a b; do ip -n $n addr add 10.0.1.2/24 dev v; ip -n $n link set v up; ip -n r link set r$n up; done
ip -n r addr add 10.0.1.1/24 dev ra; ip -n r addr add 10.0.2.1/24 dev rb
in_r() { ip netns exec r "$@"; }
in_r iptables -A INPUT -m conntrack --ctstate NEW
in_r iptables -A INPUT -m conntrack --ctstate UNTRACKED
in_r iptables -A INPUT -m conntrack --ctstate INVALID
list() {
    in_r conntrack -L 2> /dev/null | sed 's/id=[0-9]*/id=N/g; s/ [0-9]* src/ T src/' | sort
    in_r conntrack -F 2> /dev/null
    in_r iptables -vxnL INPUT | awk 'NR > 2 { print $1, $NF }' | xargs
    in_r iptables -Z; in_r iptables -t raw -F
}
ping_() { ip netns exec a ping -c1 -q -W0.2 10.0.1.1 > /dev/null; }
for o in "" "--zone 5" "--zone-orig 5" "--zone-reply 5" "--zone-orig 5 --zone-reply 6" "--zone mark" "--zone-orig mark" \
    "--notrack" "--notrack --zone 5" "--ctevents new,destroy" "--zone 0"; do
    echo "CT $o"
    in_r iptables -t raw -A PREROUTING -i ra -j MARK --set-mark 0x10009
    in_r iptables -t raw -A PREROUTING -i ra -j CT $o
    in_r iptables -t raw -A PREROUTING -i ra -j CT --zone 77
    in_r iptables -t raw -A OUTPUT -o ra -j CT --zone 5
    ping_
    list
done
echo "both sides in zones of their own"
in_r iptables -t raw -A PREROUTING -i ra -j CT --zone 1; in_r iptables -t raw -A PREROUTING -i rb -j CT --zone 2
in_r iptables -t raw -A OUTPUT -o ra -j CT --zone 1; in_r iptables -t raw -A OUTPUT -o rb -j CT --zone 2
ip -n b route add 10.0.1.1 dev v 2> /dev/null
ip netns exec a ping -c1 -q -W0.2 -e 99 10.0.1.1 > /dev/null
in_r ip neigh replace 10.0.1.2 dev rb lladdr $(ip -n b link show v | awk '/ether/ { print $2 }')
ip netns exec b ping -c1 -q -W0.2 -e 99 10.0.1.1 > /dev/null
list
in_r iptables -t raw -A PREROUTING -p tcp -j CT --helper ftp && echo helper
in_r iptables -t raw -A PREROUTING -p tcp -j CT --timeout none
in_r iptables -t raw -S
