# A container connects to its own published port. With bridge-nf-call-iptables the packet goes back out of the
# port it came in by, so the bridge port needs hairpin mode, and MASQUERADE must hide the container from itself.
ip link set lo up
ip netns add c1
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.0.1/16 dev docker0
ip link set docker0 up
sysctl -q -w net.ipv4.ip_forward=1
ip link add veth1 type veth peer name eth0 netns c1
ip link set veth1 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c1 ip link set eth0 up
ip netns exec c1 ip route add default via 172.17.0.1
iptables -t nat -A PREROUTING -d 172.17.0.1 -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
ip netns exec c1 nc -l -k 80 &
sleep 0.2

sysctl net.bridge.bridge-nf-call-iptables
echo "no hairpin, no masquerade:"
ip netns exec c1 nc -z -v -n -w 1 -p 40000 172.17.0.1 8080
echo "hairpin:"
bridge link set dev veth1 hairpin on
ip netns exec c1 nc -z -v -n -w 1 -p 40001 172.17.0.1 8080
echo "hairpin and masquerade:"
iptables -t nat -A POSTROUTING -s 172.17.0.2/32 -d 172.17.0.2/32 -p tcp --dport 80 -j MASQUERADE
ip netns exec c1 nc -z -v -n -w 1 -p 40002 172.17.0.1 8080
sleep 0.1
conntrack -L | grep 40002
