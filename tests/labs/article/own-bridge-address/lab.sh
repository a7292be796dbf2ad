# The host talks to its own docker0 address. The article's MASQUERADE rule matches this too, since the packet
# leaves by lo, and the source that the service sees is the LAN address.
ip link set lo up
ip netns add lan
ip link add eth0 type veth peer name port1 netns lan
ip netns exec lan ip link set port1 up
ip addr add 192.168.0.128/24 dev eth0
ip link set eth0 up
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.42.1/16 dev docker0
ip link set docker0 up
iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE

ping -c1 172.17.42.1
sleep 0.1
conntrack -L
iptables -t nat -L POSTROUTING -n -v
