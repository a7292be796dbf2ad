# INPUT's policy DROP with one open port.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add 10.0.1.1/24 dev eth0
ip link set eth0 up
iptables -P INPUT DROP
iptables -A INPUT -m state --state ESTABLISHED -j ACCEPT
iptables -A INPUT -p tcp --dport 22 -m conntrack --ctstate NEW -j ACCEPT
nc -l -k 22 &
nc -l -k 23 &
sleep 0.2

ip netns exec a nc -z -v -n 10.0.1.1 22
timeout 0.5 ip netns exec a nc -z -v -n 10.0.1.1 23
echo "timeout said $?"
ip netns exec a ping -c1 -W1 -q 10.0.1.1
ping -c1 -q 10.0.1.2
iptables -L INPUT -n -v
