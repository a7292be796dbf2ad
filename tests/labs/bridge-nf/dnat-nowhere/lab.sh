# Frames on a bridge whose new destination cannot be routed, or only with forwarding: they go up the bridge.
for n in x y; do
    ip netns add $n
    ip link add v$n type veth peer name eth0 netns $n
done
ip link add br0 type bridge mcast_snooping 0
ip link set vx master br0
ip link set vy master br0
for i in vx vy br0; do ip link set $i up; done
ip addr add 172.17.0.1/24 dev br0
ip netns exec x ip addr add 172.17.0.2/24 dev eth0
ip netns exec y ip addr add 172.17.0.3/24 dev eth0
for n in x y; do
    ip netns exec $n ip link set eth0 up
    ip netns exec $n ip route add default via 172.17.0.1
done
sysctl -q -w net.bridge.bridge-nf-call-iptables=1
sleep 0.1
iptables -t nat -A PREROUTING -d 172.17.0.9 -j DNAT --to-destination 172.17.0.3
iptables -t nat -A PREROUTING -d 172.17.0.3 -j DNAT --to-destination 10.2.0.3
ip netns exec x ip neigh add 172.17.0.9 lladdr 02:00:00:00:00:09 dev eth0
for forward in 1 0; do
    for to in 172.17.0.3 172.17.0.9; do
        echo "# ip_forward=$forward $to"
        sysctl -q -w net.ipv4.ip_forward=$forward
        conntrack -F 2> /dev/null
        tcpdump -p -l -n -t -i br0 icmp > /tmp/br0 2> /dev/null &
        sleep 0.5
        ip netns exec x ping -q -c 1 -W 0.3 $to | grep received
        sleep 1.2
        kill %1
        wait
        sed 's/id [0-9]*/id ID/' /tmp/br0
    done
done
