# Two bridges on one host: routed between them, bridged within each.
for i in 1 2; do
  ip link add br$i type bridge mcast_snooping 0
  ip addr add 172.2$i.0.1/16 dev br$i
  ip link set br$i up
  for j in 2 3; do
    ip netns add c$i$j
    ip link add v$i$j type veth peer name eth0 netns c$i$j
    ip link set v$i$j master br$i up
    ip netns exec c$i$j ip addr add 172.2$i.0.$j/16 dev eth0
    ip netns exec c$i$j ip link set eth0 up
    ip netns exec c$i$j ip route add default via 172.2$i.0.1
  done
done
sysctl -q -w net.ipv4.ip_forward=1
iptables -A FORWARD -i br1 -o br1 -j ACCEPT
iptables -A FORWARD -i br2 -o br2 -j ACCEPT
iptables -A FORWARD -i br1 -o br2 -m conntrack --ctstate NEW -j ACCEPT
iptables -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
iptables -P FORWARD DROP
ip netns exec c12 ping -c1 -W1 172.21.0.3
ip netns exec c12 ping -c1 -W1 172.22.0.2
ip netns exec c22 ping -c1 -W1 172.21.0.2
iptables -L FORWARD -n -v
