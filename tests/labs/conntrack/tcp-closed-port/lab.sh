# A SYN that is answered by RST leaves no entry.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
iptables -A INPUT -m conntrack --ctstate NEW
iptables -A INPUT -m conntrack --ctstate ESTABLISHED
iptables -A INPUT -m conntrack --ctstate INVALID

nc -z -v -n -p 40000 10.0.0.2 80
sleep 0.1
conntrack -L
ip netns exec a nc -z -v -n -p 40000 10.0.0.1 80
sleep 0.1
conntrack -L
iptables -L INPUT -n -v
