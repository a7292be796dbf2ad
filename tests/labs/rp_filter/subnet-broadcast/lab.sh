# A source that is the subnet's broadcast address, and one that is all zeroes' network: what each mode lets pass.
ip netns add a
ip link add left address 02:00:00:00:00:01 type veth peer name eth0 netns a
ip addr add 10.0.1.1/24 brd 10.0.1.255 dev left
ip link set left up
ip netns exec a ip addr add 10.0.1.2/16 dev eth0
ip netns exec a ip addr add 10.0.1.255/16 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip neigh add 10.0.1.1 lladdr 02:00:00:00:00:01 dev eth0
iptables -A INPUT -s 10.0.1.255
for mode in 0 1 2; do
  sysctl -w net.ipv4.conf.all.rp_filter=$mode
  ip netns exec a ping -c1 -W1 -q -I 10.0.1.255 10.0.1.1
done
iptables -L INPUT -n -v
