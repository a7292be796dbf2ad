# A larger transfer: a hundred thousand bytes in both directions' counters.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
ip netns exec a nc -l -n 80 | wc -c &
sleep 0.2
head -c 100000 /dev/zero | nc -N -n -p 40000 10.0.0.2 80
wait
