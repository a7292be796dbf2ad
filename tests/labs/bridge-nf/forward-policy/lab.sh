# Docker sets FORWARD's policy to DROP, and the virtual machines on another bridge fall silent.
ip netns add vm1
ip netns add vm2
ip link add br0 type bridge mcast_snooping 0
ip link set br0 up
ip link add tap1 type veth peer name eth0 netns vm1
ip link add tap2 type veth peer name eth0 netns vm2
ip link set tap1 master br0 up
ip link set tap2 master br0 up
ip netns exec vm1 ip addr add 10.0.0.1/24 dev eth0
ip netns exec vm2 ip addr add 10.0.0.2/24 dev eth0
ip netns exec vm1 ip link set eth0 up
ip netns exec vm2 ip link set eth0 up

ip netns exec vm1 ping -c1 -W1 -q 10.0.0.2
iptables -P FORWARD DROP
ip netns exec vm1 ping -c1 -W1 -q 10.0.0.2
echo "three ways out:"
sysctl -q -w net.bridge.bridge-nf-call-iptables=0
ip netns exec vm1 ping -c1 -W1 -q 10.0.0.2
sysctl -q -w net.bridge.bridge-nf-call-iptables=1
iptables -A FORWARD -i br0 -o br0 -j ACCEPT
ip netns exec vm1 ping -c1 -W1 -q 10.0.0.2
iptables -P FORWARD ACCEPT
iptables -L FORWARD -n -v
