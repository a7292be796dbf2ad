# --ctstate by state: what counts as NEW and what as ESTABLISHED, packet by packet.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add 10.0.1.1/24 dev eth0
ip link set eth0 up
iptables -A INPUT -m conntrack --ctstate NEW
iptables -A INPUT -m conntrack --ctstate ESTABLISHED
iptables -A INPUT -m conntrack --ctstate RELATED
iptables -A INPUT -m conntrack --ctstate INVALID
iptables -A OUTPUT -m conntrack --ctstate NEW
iptables -A OUTPUT -m conntrack --ctstate ESTABLISHED
iptables -A OUTPUT -m conntrack --ctstate RELATED

ip netns exec a ping -c3 -i 0.2 -q 10.0.1.1
echo x | ip netns exec a nc -u -n -w 1 10.0.1.1 9
ping -c1 -q 10.0.1.2
iptables -L -n -v
