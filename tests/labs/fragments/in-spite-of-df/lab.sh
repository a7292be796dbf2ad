# A socket that does not insist on DF has its datagram cut where DNAT in OUTPUT sends it by a smaller interface; a copy
# of TEE keeps that, though it has DF.
ip netns add a
ip link add out address 02:00:00:00:00:01 type veth peer name eth0 netns a address 02:00:00:00:00:0a
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip link set lo up
ip addr add 10.0.0.1/24 dev out
ip addr add 10.9.0.1/32 dev lo
ip link set out up
ip link set lo up
ip netns exec a iptables -t raw -A PREROUTING -p udp
ip netns exec a iptables -t raw -A PREROUTING -p udp -f
iptables -A OUTPUT -p icmp

iptables -t nat -A OUTPUT -d 10.9.0.1 -p udp -j DNAT --to-destination 10.0.0.2
head -c 3000 /dev/zero | nc -u -w 1 10.9.0.1 5000
iptables -t nat -F OUTPUT
ip netns exec a iptables-save -c -t raw | grep -e -A

iptables -t mangle -A INPUT -i lo -p udp -j TEE --gateway 10.0.0.2
head -c 3000 /dev/zero | nc -u -w 1 127.0.0.1 5001
ip netns exec a iptables-save -c -t raw | grep -e -A
iptables-save -c | grep -e '-A'
