# A port with hairpin mode sends a flooded frame back out of the port that it came in by as well.
ip netns add a
ip link add br0 type bridge mcast_snooping 0
ip link set br0 up
ip link add va type veth peer name eth0 netns a
ip link set va master br0 up
ip netns exec a ip addr add 10.0.0.1/24 dev eth0
ip netns exec a ip link set eth0 up

for mode in off on; do
  echo "hairpin $mode:"
  bridge link set dev va hairpin $mode
  timeout 1 ip netns exec a tcpdump --immediate-mode -n -Q in -i eth0 arp 2>/dev/null &
  sleep 0.3
  ip netns exec a ping -c1 -W 0.2 -q 10.0.0.2 > /dev/null
  wait
  ip netns exec a ip neigh flush dev eth0
done
