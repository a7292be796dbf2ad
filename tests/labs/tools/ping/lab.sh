# ping: counts, sizes, quiet, flood-like intervals, loss and deadline.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
ping -c 3 -i 0.2 10.0.0.2
ping -c2 -i0.2 -q 10.0.0.2
ping -c 1 -s 1000 10.0.0.2
ping -c 1 -s 4 10.0.0.2
ping -c 1 -s 2000 10.0.0.2
ping -c 1 -n -I eth0 10.0.0.2
ping -c 1 -I 10.0.0.1 10.0.0.2
ping -c 1 -t 5 10.0.0.2
ping -c 1 -e 77 10.0.0.2
ping -c 2 -w 1 -i 0.2 10.0.0.2
ping -4 -c 1 10.0.0.2
ip netns exec a sysctl -q -w net.ipv4.icmp_echo_ignore_all=1
ping -c 2 -i 0.2 -W 0.5 10.0.0.2
echo $?
