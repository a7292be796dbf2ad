# What conntrack -E tells of a ping, a UDP exchange and a whole TCP connection, and how it ends.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
iptables -A INPUT -m conntrack --ctstate ESTABLISHED
conntrack -E > /tmp/ct-events &
events=$!
sleep 0.2
ping -c1 -q 10.0.0.2 > /dev/null
sleep 0.2
echo answer | ip netns exec a nc -u -l -n -W 1 53 > /dev/null &
sleep 0.2
echo question | nc -u -n -p 40000 -W 1 10.0.0.2 53
sleep 0.2
echo hello | ip netns exec a nc -l -n -N 80 > /dev/null &
sleep 0.2
sleep 0.4 | nc -n -p 40001 -N 10.0.0.2 80
sleep 0.3
nc -n -N -p 40002 10.0.0.2 81 < /dev/null
sleep 0.2
conntrack -D -p udp
sleep 0.2
kill $events
wait $events
echo "status $?"
cat /tmp/ct-events
rm /tmp/ct-events
