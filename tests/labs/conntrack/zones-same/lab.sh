# Two customers with the same addresses, kept apart by zones on one router.
for i in a b; do
  ip netns add $i
  ip link add v$i type veth peer name eth0 netns $i
  ip link set v$i up
  ip netns exec $i ip addr add 10.0.0.2/24 dev eth0
  ip netns exec $i ip link set eth0 up
  ip netns exec $i ip link set lo up
  ip netns exec $i ip route add default via 10.0.0.1
done
ip addr add 10.0.0.1/24 dev va
ip addr add 10.0.0.1/32 dev vb
ip link set lo up
ip addr add 192.0.2.1/32 dev lo
iptables -t raw -A PREROUTING -i va -j CT --zone 1
iptables -t raw -A PREROUTING -i vb -j CT --zone 2
iptables -A INPUT -m conntrack --ctstate NEW
iptables -A INPUT -p udp --dport 53 -j DROP
echo x | ip netns exec a nc -u -n -p 40000 -w 1 -q 0 192.0.2.1 54
echo x | ip netns exec b nc -u -n -p 40000 -w 1 -q 0 192.0.2.1 54
sleep 0.2
conntrack -L -p udp
iptables -L INPUT -n -v | grep NEW
