# TEE: the copy goes to its gateway, untracked, with a smaller TTL where it was taken coming in.
for n in a r b c; do ip netns add $n; ip -n $n link set lo up; done
for n in a b c; do
    ip link add v netns $n type veth peer name r$n netns r
    ip -n $n link set v up; ip -n r link set r$n up
done
ip -n a addr add 10.0.1.2/24 dev v; ip -n r addr add 10.0.1.1/24 dev ra
ip -n b addr add 10.0.2.2/24 dev v; ip -n r addr add 10.0.2.1/24 dev rb
ip -n c addr add 10.0.3.2/24 dev v; ip -n r addr add 10.0.3.1/24 dev rc
ip -n a route add default via 10.0.1.1; ip -n b route add default via 10.0.2.1
ip netns exec r sysctl -qw net.ipv4.ip_forward=1
in_r() { ip netns exec r "$@"; }
in_r iptables -A FORWARD -m conntrack --ctstate NEW,ESTABLISHED
for c in OUTPUT POSTROUTING; do
    in_r iptables -t mangle -A $c -o rc -m conntrack --ctstate UNTRACKED
    in_r iptables -t mangle -A $c -o rc -j TEE --gateway 10.0.2.2
done
ip netns exec c timeout 10 tcpdump -c 5 -lntvi v icmp 2> /dev/null | sed -E 's/ id [0-9]+,//g' > /tmp/packetwalk-copies &
sleep 0.3
one() {
    in_r iptables -t mangle "$@" -p icmp --icmp-type echo-request -j TEE --gateway 10.0.3.2
    ip netns exec a ping -c1 -q $to > /dev/null
    in_r iptables -t mangle -D "${@:2}" -p icmp --icmp-type echo-request -j TEE --gateway 10.0.3.2
}
to=10.0.2.2; one -A PREROUTING -i ra
one -A FORWARD
one -A POSTROUTING -o rb
to=10.0.1.1; one -A INPUT
in_r iptables -t mangle -A OUTPUT -p icmp --icmp-type echo-reply -o ra -j TEE --gateway 10.0.3.2 --oif rc
ip netns exec a ping -c1 -q 10.0.1.1 > /dev/null
in_r iptables -t mangle -D OUTPUT -p icmp --icmp-type echo-reply -o ra -j TEE --gateway 10.0.3.2 --oif rc
echo "no way: by another interface"
in_r iptables -t mangle -A FORWARD -p icmp -j TEE --gateway 10.0.9.9
ip netns exec a ping -c1 -q 10.0.2.2 | grep packets
sleep 0.3
ip netns exec c iptables -A INPUT -p icmp
in_r iptables-save -c -t mangle | grep -e -A
in_r iptables-save -c -t filter | grep -e -A
in_r conntrack -C
wait
cat /tmp/packetwalk-copies
rm /tmp/packetwalk-copies
