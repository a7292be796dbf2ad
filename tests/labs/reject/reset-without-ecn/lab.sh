# A RST takes the TOS of what it refuses, without the ECN bits.
ip netns add a
ip link add left type veth peer name eth0 netns a
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip addr add 10.0.1.1/24 dev left
ip link set left up
iptables -t mangle -A OUTPUT -p tcp -j TOS --set-tos 0x13
iptables -t mangle -A INPUT -p tcp -m tos --tos 0x13
iptables -t mangle -A INPUT -p tcp -m tos --tos 0x10

nc -w1 10.0.1.2 80
iptables -t mangle -L INPUT -n -v
iptables -t mangle -L OUTPUT -n -v
