# The end of a TCP connection: both sides close, or one resets.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
ping -c1 -q 10.0.0.2 > /dev/null
ip netns exec a nc -l -n 80 > /dev/null &
sleep 0.2
timeout 3 tcpdump -n -i eth0 -c 3 'tcp[tcpflags] & tcp-fin != 0 or (tcp[tcpflags] == tcp-ack and src 10.0.0.1)' 2>/dev/null &
sleep 0.3
nc -z -n -p 40000 10.0.0.2 80
wait
