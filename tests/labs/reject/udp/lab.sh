# A closed UDP port, a rejected one and a dropped one, as nc -z sees them: silence counts as success.
ip netns add a
ip link add eth0 netns a type veth peer name left
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add 10.0.1.1/24 dev left
ip link set left up
iptables -A INPUT -p udp --dport 1001 -j REJECT
iptables -A INPUT -p udp --dport 1002 -j DROP

for port in 1000 1001 1002; do
  ip netns exec a nc -u -z -v -n 10.0.1.1 $port
  echo "$port: $?"
done
iptables -L INPUT -n -v
