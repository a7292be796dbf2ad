# tcpdump -n: ARP, ICMP, UDP and a whole TCP connection.
ip netns add a
ip link add eth0 address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:02 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
timeout 3 tcpdump -n -i eth0 -c 4 arp or icmp &
sleep 0.3
ping -c1 -q 10.0.0.2 > /dev/null
wait
timeout 3 tcpdump -n -i eth0 -c 2 udp or icmp 2>/dev/null &
sleep 0.3
echo x | nc -u -n -w 1 -p 40000 10.0.0.2 9
wait
timeout 3 tcpdump -n -i eth0 -c 2 tcp 2>/dev/null &
sleep 0.3
nc -z -n -p 40000 10.0.0.2 80
wait
