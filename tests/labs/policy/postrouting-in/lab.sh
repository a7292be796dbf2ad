# POSTROUTING knows where a packet came in: a user chain may ask, and LOG says it.
for n in a b; do ip netns add $n; done
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
ip link set lo up
sysctl -q -w net.ipv4.ip_forward=1
ipset create way hash:net,iface
ipset add way 10.0.0.0/8,left
for face in nft legacy; do
    echo $face
    t="iptables-$face -t mangle"
    $t -N from
    $t -A from -i left
    $t -A from -i right
    $t -A from ! -i left
    $t -A from -m set --match-set way src,src
    $t -A POSTROUTING -p icmp -j from
    ip netns exec a ping -c1 -q 10.0.2.2 | grep packets
    ping -c2 -i0.2 -q 10.0.2.2 | grep packets
    iptables-$face-save -c -t mangle | grep -e '-A from'
    $t -F
    $t -X
done
