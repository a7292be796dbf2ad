# TCP options: overwritten by a router, and matched on both sides of it.
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
for port in 80 81 82 83; do ip netns exec b nc -l -k $port >/dev/null & done
sleep 0.2

iptables -t mangle -A FORWARD -p tcp --dport 81 -j TCPOPTSTRIP --strip-options timestamp
iptables -t mangle -A FORWARD -p tcp --dport 82 -j TCPOPTSTRIP --strip-options mss,wscale,sack-permitted
iptables -t mangle -A FORWARD -p tcp --dport 83 -j TCPOPTSTRIP --strip-options 2,3,4,8
for face in nft legacy; do
    i="ip netns exec b iptables-$face -t mangle -A INPUT -p tcp"
    $i -m tcpmss --mss 1460
    $i -m tcpmss ! --mss 1460
    $i -m tcpmss --mss 536:1460
    $i -m tcpmss --mss 1461:
    for option in 1 2 3 4 5 8; do $i --syn -m tcp --tcp-option $option; done
    $i -m tcp ! --tcp-option 8
    $i -m length --length 60
done
ip netns exec b tcpdump -n -i eth0 -c 4 'tcp[tcpflags] & tcp-syn != 0 and dst net 10.0.2.0/24' 2>/dev/null > syns &
sleep 0.3

for port in 80 81 82 83; do ip netns exec a nc -z -n -v 10.0.2.2 $port; done
wait %5
sed 's/.* options/options/; s/val [0-9]* ecr/val N ecr/' syns
sleep 0.1
iptables -t mangle -L FORWARD -n -v -x
ip netns exec b iptables-nft -t mangle -L INPUT -n -v -x
ip netns exec b iptables-legacy -t mangle -S INPUT -v
