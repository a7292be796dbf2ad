# One server after another, and what is printed of refused and of open ports.
ip netns add a
ip link add eth0 type veth peer name eth0 netns a
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip netns exec a ip addr add 10.0.0.2/24 dev eth0
ip netns exec a ip link set eth0 up
for port in 22 80 443; do
  ip netns exec a nc -l -k -n $port &
done
sleep 0.2
for port in 21 22 80 443; do
  nc -z -n 10.0.0.2 $port && echo "$port is open" || echo "$port is closed"
done
nc -z -v -n 10.0.0.2 442-443 2>&1 | sort
