# DNAT of 127.0.0.1 to a container. Without route_localnet nothing leaves; with it the container
# would see a source of 127.0.0.1, so a MASQUERADE is needed as well.
ip link set lo up
ip netns add c1
ip link add docker0 type bridge mcast_snooping 0
ip addr add 172.17.0.1/16 dev docker0
ip link set docker0 up
ip link add veth1 type veth peer name eth0 netns c1
ip link set veth1 master docker0 up
ip netns exec c1 ip addr add 172.17.0.2/16 dev eth0
ip netns exec c1 ip link set eth0 up
iptables -t nat -A OUTPUT -p tcp --dport 8080 -m addrtype --dst-type LOCAL -j DNAT --to-destination 172.17.0.2:80
ip netns exec c1 nc -l -k 80 &
sleep 0.2
ping -c1 -q 172.17.0.2 > /dev/null

echo "route_localnet 0:"
nc -z -v -n -w 1 -p 40000 127.0.0.1 8080
echo "route_localnet 1:"
sysctl -w net.ipv4.conf.docker0.route_localnet=1
nc -z -v -n -w 1 -p 40001 127.0.0.1 8080
echo "route_localnet 1 and MASQUERADE:"
iptables -t nat -A POSTROUTING -o docker0 -m addrtype --src-type LOCAL -j MASQUERADE
nc -z -v -n -w 1 -p 40002 127.0.0.1 8080
sleep 0.1
conntrack -L | grep 40002
