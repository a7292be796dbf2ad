# What a capture filter lets through: each capture ends at its first packet.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip addr add 10.0.0.3/24 dev eth0
ip netns exec a ip link set eth0 up
ping -c1 -q 10.0.0.2 > /dev/null
timeout 3 tcpdump -n -i eth0 -c 1 'icmp and dst host 10.0.0.3' 2>/dev/null &
sleep 0.3
ping -c1 -q 10.0.0.2 > /dev/null
ping -c1 -q 10.0.0.3 > /dev/null
wait
timeout 3 tcpdump -n -i eth0 -c 1 udp port 5300 2>/dev/null &
sleep 0.3
echo x | nc -u -n -w 1 -p 40000 10.0.0.2 5400
echo x | nc -u -n -w 1 -p 40001 10.0.0.2 5300
wait
timeout 3 tcpdump -n -i eth0 -c 1 src 10.0.0.2 and not arp 2>/dev/null &
sleep 0.3
ping -c1 -q 10.0.0.2 > /dev/null
wait
timeout 3 tcpdump -n -i eth0 -c 1 'tcp[tcpflags] & tcp-rst != 0' 2>/dev/null &
sleep 0.3
nc -z -n -p 40002 10.0.0.2 80
wait
timeout 3 tcpdump -n -q -i eth0 -c 1 net 10.0.0.0/24 and portrange 80-90 2>/dev/null &
sleep 0.3
nc -z -n -p 40003 10.0.0.2 85
wait
