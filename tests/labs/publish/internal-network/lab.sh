# docker network create --internal: no default route in the container and two drops on the host; the host itself is reached.
ip netns add c1
ip netns add outside
ip link add eth0 type veth peer name eth0 netns outside
ip addr add 192.168.0.128/24 dev eth0
ip link set eth0 up
ip netns exec outside ip addr add 192.168.0.50/24 dev eth0
ip netns exec outside ip link set eth0 up
ip netns exec outside ip route add 172.20.0.0/16 via 192.168.0.128
ip link add br-int type bridge mcast_snooping 0
ip addr add 172.20.0.1/16 dev br-int
ip link set br-int up
sysctl -q -w net.ipv4.ip_forward=1
ip link add veth1 type veth peer name eth0 netns c1
ip link set veth1 master br-int up
ip netns exec c1 ip addr add 172.20.0.2/16 dev eth0
ip netns exec c1 ip link set eth0 up
iptables -N DOCKER-ISOLATION-STAGE-1
iptables -A FORWARD -j DOCKER-ISOLATION-STAGE-1
iptables -A DOCKER-ISOLATION-STAGE-1 ! -s 172.20.0.0/16 -o br-int -j DROP
iptables -A DOCKER-ISOLATION-STAGE-1 ! -d 172.20.0.0/16 -i br-int -j DROP
iptables -A DOCKER-ISOLATION-STAGE-1 -j RETURN

ip netns exec c1 ping -c1 -W1 -q 192.168.0.50
ip netns exec c1 ping -c1 -W1 -q 172.20.0.1
echo "with a default route added by hand:"
ip netns exec c1 ip route add default via 172.20.0.1
ip netns exec c1 ping -c1 -W1 -q 192.168.0.50
ip netns exec outside ping -c1 -W1 -q 172.20.0.2
ip netns exec c1 ping -c1 -W1 -q 192.168.0.128
iptables -L DOCKER-ISOLATION-STAGE-1 -n -v
