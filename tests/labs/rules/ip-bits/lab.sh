# ECN, DSCP, TOS and TTL: set on the way through a router, and matched behind it.
ip netns add a
ip netns add b
ip link add left type veth peer name eth0 netns a
ip link add right type veth peer name eth0 netns b
ip netns exec a ip addr add 10.0.1.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a ip route add default via 10.0.1.1
ip netns exec b ip addr add 10.0.2.2/24 dev eth0
ip netns exec b ip link set eth0 up
ip netns exec b ip route add default via 10.0.2.1
ip addr add 10.0.1.1/24 dev left
ip addr add 10.0.2.1/24 dev right
ip link set left up
ip link set right up
sysctl -q -w net.ipv4.ip_forward=1

iptables -t mangle -A FORWARD -i left -m length --length 29 -j ECN --ecn-ip-ect 1
iptables -t mangle -A FORWARD -i left -m length --length 30 -j TOS --set-tos 0x1f/0x1f
iptables -t mangle -A FORWARD -i left -m length --length 31 -j DSCP --set-dscp-class EF
iptables -t mangle -A FORWARD -i left -m length --length 32 -j TTL --ttl-set 7
iptables -t mangle -A FORWARD -i left -p tcp --syn -j ECN --ecn-tcp-ece 1 --ecn-tcp-cwr 1
iptables -t mangle -A FORWARD -i left -p tcp --dport 81 -j ECN --ecn-tcp-remove
iptables -t mangle -A POSTROUTING -o right -j CHECKSUM --checksum-fill
for face in nft legacy; do
    i="ip netns exec b iptables-$face -t mangle -A INPUT"
    $i -m ecn --ecn-ip-ect 1
    $i -m ecn --ecn-ip-ect 3
    $i -m ecn ! --ecn-ip-ect 0
    $i -p tcp -m ecn --ecn-tcp-ece
    $i -p tcp -m ecn ! --ecn-tcp-ece --ecn-tcp-cwr
    $i -p tcp -m ecn ! --ecn-tcp-ece ! --ecn-tcp-cwr
    $i -m tos --tos 0x1f
    $i -m dscp --dscp-class EF
    $i -m ttl --ttl-lt 8
    $i -m ttl --ttl-gt 62
    $i -m pkttype --pkt-type unicast
    $i -p icmp -m icmp --icmp-type echo-request
    $i -m realm --realm 0
    $i -m realm ! --realm 0x0/0xff
done

for size in 1 2 3 4; do ip netns exec a ping -q -c 1 -s $size 10.0.2.2 | grep received; done
ip netns exec a nc -z -w 1 10.0.2.2 80
ip netns exec a nc -z -w 1 10.0.2.2 81
iptables -t mangle -L FORWARD -n -v -x
ip netns exec b iptables-nft -t mangle -L INPUT -n -v -x
ip netns exec b iptables-legacy -t mangle -S INPUT -v
